# Wat de terminal antwoordt. De sleutels en woorden van --json staan hier niet: die zijn in elke taal dezelfde.

terminal-next = Hierna: { $command }
terminal-did-you-mean = ; bedoelde je "{ $name }"?
terminal-there-is = ; er is { $names }.
terminal-accounts = { $count ->
    [one] account
   *[other] accounts
} { $names }
terminal-pairs = { $count ->
    [one] koppeling
   *[other] koppelingen
} { $names }
terminal-nothing = niets
terminal-added = { $count } toegevoegd aan { $account }
terminal-updated = { $count } gewijzigd in { $account }
terminal-deleted = { $count } verwijderd uit { $account }
terminal-nothing-to-do = niets te doen: geen wijziging om over te brengen
terminal-nothing-to-write = niets te schrijven
terminal-a-preview = een voorbeeld, er is niets geschreven
terminal-nothing-written = er is niets geschreven
terminal-run-failed = De synchronisatie is mislukt.
terminal-run-partial = Sommige records konden niet geschreven worden; ze worden opnieuw geprobeerd.
terminal-run-stopped = De synchronisatie is gestopt.
terminal-set-aside = { $count ->
    [one] 1 record is
   *[other] { $count } records zijn
} om een reden overgeslagen.
terminal-things-wait = { $count ->
    [one] 1 vraag wacht
   *[other] { $count } vragen wachten
} op jou.
terminal-mismatches-wait = { $count ->
    [one] 1 verschil wacht
   *[other] { $count } verschillen wachten
} op jou.
terminal-head-account = Account
terminal-head-record = Record
terminal-head-field = Veld
terminal-head-fields = Velden
terminal-head-what = Wat
terminal-head-why = Waarom
terminal-head-what-is-wrong = Wat er mis is
terminal-head-what-asked = Wat gevraagd zal worden
terminal-head-records = Records
terminal-head-id = Id
terminal-head-run = Beurt
terminal-head-pair = Koppeling
terminal-head-started = Begonnen
terminal-head-outcome = Uitkomst
terminal-head-number = Nr.
terminal-head-side = Kant
terminal-head-before-after = Voor → na
terminal-head-state = Toestand
terminal-head-when = Wanneer
terminal-add-in = toevoegen in { $account }
terminal-update-in = wijzigen in { $account }
terminal-delete-in = verwijderen in { $account }
terminal-would-write-nothing = Er zou niets geschreven worden.
terminal-would-do = Dit zou er gebeuren:
terminal-would-ask = Dit zou gevraagd worden:
terminal-would-set-aside = Overgeslagen:
terminal-records-in = Records in { $account }
terminal-belong-together = Horen bij elkaar
terminal-only-in-many = Alleen in { $account }
terminal-fields-differ = Velden verschillen
terminal-same-key-many = Meerdere met hetzelfde kenmerk
terminal-key-changed-many = Gekoppeld, maar het kenmerk is gewijzigd
terminal-left = Door jou gelaten zoals ze zijn
terminal-agree = Beide kanten zijn gelijk.
terminal-only-in = alleen in { $account }
terminal-differs = verschilt
terminal-same-key = zelfde kenmerk
terminal-key-changed = kenmerk gewijzigd
terminal-nothing-waits = Er wacht niets op jou.
terminal-answer-one = Beantwoord er een: { $command }  (of b, of ignore)
terminal-answer-two = Zeg welke twee bij elkaar horen: { $command }  (of --use not-same, of --use ignore)
terminal-answer-none = Zet het recht in het account, waar er misschien een te veel is, of laat het zo: { $command }
terminal-ids = ids: { $ids }
terminal-ids-more = ids: { $ids } en nog { $more }
terminal-value-nothing = (niets)
terminal-value-empty = (leeg)
terminal-side-of = ({ $side } van { $pair })
terminal-all-well = alles in orde
terminal-not-well = niet in orde
terminal-step-failed = mislukt: { $what }: { $why }
terminal-step-ok = in orde: { $what }: { $found }
terminal-fields-are = velden: { $fields }
terminal-more-rows = … en nog { $count }; met --json zie je ze allemaal.
terminal-runs-shown = { $shown } van { $total } beurten; met --limit zie je er meer.
terminal-say-record = Zeg welk record: een naam, een waarde of een id.
terminal-nothing-known = Er is niets bekend van een record met "{ $text }".
terminal-more-records = Er zijn meer zulke records; schrijf meer van de naam, of gebruik --limit.
terminal-no-write = Beurt { $run } heeft geen wijziging { $number }. Haar wijzigingen: { $command }
terminal-no-runs = Er is nog niets uitgevoerd.
terminal-undone-by = ongedaan gemaakt door { $run }
terminal-signs = + toegevoegd, ~ gewijzigd, - verwijderd.
terminal-what-run-wrote = Wat een beurt schreef: { $command }
terminal-take-back = Er een terugdraaien: { $command }
terminal-by-hand = met de hand
terminal-by-schedule = schema
terminal-by-answer = jouw antwoord
terminal-by-undo = terugdraaien van { $run }
terminal-wrote-nothing = Deze beurt schreef niets.
terminal-take-write-back = Eén wijziging terugdraaien: { $command }
terminal-write-unknown = nog niet bekend
terminal-write-done = gedaan
terminal-write-failed = mislukt
terminal-write-undone = teruggedraaid
terminal-never-written-linked = Beide kanten hebben het en waren van bij het begin gelijk: er is nooit iets in geschreven.
terminal-never-written = Het is bekend, en er is nooit iets in geschreven.
terminal-life-wrote = { $what } in { $account } (beurt { $run }, { $why })
terminal-life-write = { $reason } (wijziging { $number })
terminal-life-sync-asked = een synchronisatie vroeg (vraag { $number })
terminal-life-compare-asked = een vergelijking vroeg (vraag { $number })
terminal-life-answered = jij antwoordde (vraag { $number })
terminal-life-settled = afgehandeld (vraag { $number })
terminal-life-settled-by = { $how } (beurt { $run })
terminal-answer-use = neem { $account }
terminal-answer-create = voeg het toe aan de andere kant
terminal-answer-delete = verwijder het uit { $account }
terminal-answer-link = het zijn dezelfde
terminal-answer-not-same = het zijn niet dezelfde
terminal-answer-ignore = laat het zoals het is
terminal-kind-create = toegevoegd
terminal-kind-update = gewijzigd
terminal-kind-delete = verwijderd
terminal-outcome-done = gedaan
terminal-outcome-partial = deels
terminal-outcome-waiting = wacht op jou
terminal-outcome-failed = mislukt
terminal-outcome-cancelled = gestopt
terminal-outcome-running = bezig
terminal-outcome-preview = voorbeeld
terminal-no-answer = Dit is geen opdracht met één antwoord.
terminal-copy-in = De kopie staat in { $file }. Ga ernaar terug met duosync restore.
terminal-match-anew-ask = Duosync zou vergeten welke records van { $pair } bij elkaar horen en waarover beide kanten het laatst eens waren. In geen van beide lijsten verandert iets. De volgende synchronisatie koppelt de records opnieuw, toont eerst wat ze zou doen, en vraagt waar de twee kanten verschillen; een verwijdering die nog niet overgebracht is, lijkt dan een nieuw record van de andere kant. Van wat onthouden is, wordt een kopie bewaard. Om door te gaan: { $command }
terminal-match-anew-done = Er is vergeten welke records van { $pair } bij elkaar horen. De volgende synchronisatie koppelt ze opnieuw en toont eerst wat ze zou doen. Om terug te gaan: duosync restore { $file }
terminal-person-say = Zeg over wie: een naam, een e-mailadres, of een waarde van de persoon.
terminal-person-no-such =
    { $count ->
        [one] Er is geen nummer { $number }: er is één record gevonden.
       *[other] Er is geen nummer { $number }: er zijn { $count } records gevonden.
    }
terminal-person-which = Er passen verscheidene records. Zeg met --only N, voor elk een keer, welke deze persoon zijn:
terminal-person-ask =
    Wissen kan niet ongedaan gemaakt worden; er is nog niets gewist. Hetzelfde wordt gewist in de kopieën in de map van Duosync.
    Volgende stap: { $command }
terminal-person-elsewhere = Kopieën en rapporten die je op andere plaatsen bewaart, bevatten het nog.
terminal-diagnostics = Geschreven naar { $file }. Er staan geen persoonsgegevens en geen wachtwoorden in.
terminal-unexpected = Duosync antwoordde iets dat niet gevraagd was. Meld dit alsjeblieft, met de uitvoer van -vv.
terminal-no-pair-yet = Er is nog geen koppeling. Breng er een binnen met `{ $command }`, of bekijk het voorbeeld met `duosync demo`.
terminal-no-such-pair = Er is geen koppeling "{ $name }"{ $meant }
terminal-imported = Toegevoegd of vervangen: { $names }.
terminal-exported = Geschreven naar { $file }. Er staat geen wachtwoord in.
terminal-no-file = "{ $file }" kan geen bestand zijn: { $why }
terminal-nothing-done = Er was niets te doen.
terminal-which-report = Er zijn meerdere koppelingen: noem die waarvan het verslag geschreven moet worden.
terminal-report-ending = De naam van een verslag eindigt op .csv, .xlsx of .html.
terminal-report-in = Het verslag staat in { $file }
terminal-sample = Dit is een voorbeeld met verzonnen mensen, in { $folder }.
terminal-sample-sync = Synchroniseren
terminal-sample-compare = Vergelijken
terminal-sample-waits = Wat op jou wacht
terminal-no-matter = Er wacht niets (meer) op jou met id { $id }. `duosync conflicts` toont wat er wel wacht.
terminal-matter-no-field = Vraag { $id } heeft geen veld "{ $name }"{ $meant }
terminal-say-how = Zeg hoe: --use a, --use b, --use ignore of --value TEXT.
terminal-name-field = Noem het veld dat deze waarde krijgt: --field NAME --value TEXT.
terminal-field-goes-with = --field hoort bij --use a, --use b of --value TEXT.
terminal-ids-go-with = --a en --b horen bij --use link of --use not-same.
terminal-one-at-a-time = Twee records beantwoord je voor één id tegelijk.
terminal-not-about = "{ $id }" is niet een van de records van { $side } waarover dit gaat: { $ids }.
terminal-name-two = Noem de twee records: --use link --a A_ID --b B_ID.
terminal-nothing-to-try = Er is niets te proberen.
terminal-set-takes = --set krijgt KEY=VALUE, en in "{ $setting }" staat geen =
terminal-variable-empty = De omgevingsvariabele { $name } bevat niets.
terminal-not-read = { $file } kan niet gelezen worden: { $why }
terminal-other-lists = Om een van de lijsten te lezen, voeg --list toe met een van: { $lists }
terminal-there-already = { $file } bestaat al; het is gelaten zoals het is.
terminal-not-written = { $file } kon niet geschreven worden: { $why }
terminal-manifest-start = { $file } bevat een begin met uitleg. Kijk het na met: duosync connector check { $file }
terminal-manifest-describes = { $file } beschrijft { $name } (connector = "{ $kind }").
terminal-password-of = Wachtwoord van { $account }:
terminal-password-forgotten = Het wachtwoord van { $account } is vergeten.
terminal-password-in-variable = Het wachtwoord van { $account } komt uit de omgevingsvariabele { $variable }, en wordt dus daar ingesteld.
terminal-password-asked = Het wachtwoord van { $account } wordt bij elke start gevraagd, en wordt dus nergens bewaard. Om het te bewaren, schrijf je password = {"{"} keyring = true {"}"} of {"{"} file = true {"}"} bij dit account in een instellingenbestand en importeer je dat.
terminal-no-password = { $account } heeft geen wachtwoord. Schrijf password = {"{"} keyring = true {"}"} of {"{"} file = true {"}"} bij dit account in een instellingenbestand en importeer dat.
terminal-password-none = Er is geen wachtwoord ingevuld. Er is niets gewijzigd.
terminal-password-in-keyring = Het wachtwoord van { $account } is bewaard in de sleutelbos.
terminal-password-in-file = Het wachtwoord van { $account } is bewaard in het versleutelde bestand.
terminal-no-secret-file = Er was geen versleuteld bestand met wachtwoorden.
terminal-secret-file-aside = Het oude bestand is nu { $file }. Kies een nieuwe wachtzin met `duosync passphrase`, en vul dan de wachtwoorden opnieuw in met `duosync password ACCOUNT`.
terminal-secret-file-made = Het versleutelde bestand is gemaakt. Schrijf de wachtzin op: zonder kan niemand het openen.
terminal-passphrase-changed = De wachtzin is gewijzigd.
terminal-open-browser = Open dit adres in een browser op deze computer en meld je daar aan:
terminal-signed-in = { $account } is aangemeld.
terminal-no-passphrase = Er is nog geen wachtzin gekozen voor het versleutelde bestand. Kies er een met `duosync passphrase`, of stel { $variable } in.
terminal-locked = Het versleutelde bestand met wachtwoorden is vergrendeld. Zet de wachtzin in { $variable }, of voer dit uit in een terminal.
terminal-passphrase = Wachtzin van het versleutelde bestand:
terminal-new-passphrase = Nieuwe wachtzin:
terminal-again = Nog eens dezelfde:
terminal-not-the-same = De twee zijn niet gelijk. Er is niets gewijzigd.
terminal-no-input = De standaardinvoer kan niet gelezen worden: { $why }
terminal-no-prompt = Er kon niets gevraagd worden op deze terminal: { $why }
terminal-watching = { $count ->
    [one] 1 koppeling wordt
   *[other] { $count } koppelingen worden
} gevolgd. Stop met Ctrl-C; een beurt die gestopt wordt, wordt door de volgende afgemaakt of hersteld.
terminal-watch-no-password = { $account } doet niet mee: het wachtwoord wordt bij elke start gevraagd, op een terminal of in het venster van Duosync. Zet het voor een script in een omgevingsvariabele (password = {"{"} env = "NAME" {"}"}).
terminal-watch-locked = { $account } doet niet mee: het wachtwoord zit in het versleutelde bestand, en dat is vergrendeld. Stel DUOSYNC_PASSPHRASE in.
terminal-watch-signed-out = { $account } doet niet mee: het is niet aangemeld. Meld het aan met `duosync signin "{ $account }"`.
terminal-stopped-working = Duosync is op de achtergrond gestopt. Start het opnieuw.
terminal-stopping = (wordt gestopt)
terminal-no-display = Er is hier geen scherm voor het venster; probeer `duosync demo`, of `duosync --help`.
terminal-restored = Teruggegaan naar { $file }. Wat er was, is bewaard in { $kept }. De volgende synchronisatie van elke koppeling toont eerst wat ze zou doen.
terminal-no-folder = "{ $folder }" kan geen map zijn: { $why }
terminal-no-home = Er is hier geen thuismap bekend, dus noem er een: duosync --workspace DIR
terminal-own-mistake = Duosync maakte een fout{ $place }. Je records zijn veilig: wat bezig was, wordt door de volgende synchronisatie afgemaakt of hersteld. Meld het alsjeblieft, met de uitvoer van -vv.
terminal-no-account = Er is geen account "{ $name }"{ $meant }
terminal-answer-undone = door jou teruggedraaid, wacht tot je beslist
