# The texts of setup.

suggest-split-name = de ene kant heeft de volledige naam in één veld, de andere in een voornaam en een familienaam
suggest-same-meaning = “{ $a }” en “{ $b }” betekenen hetzelfde
suggest-same-name = “{ $name }” heet aan beide kanten hetzelfde
suggest-same-values = { $count } van de waarden zijn in beide lijsten dezelfde
suggest-both-emails = beide bevatten e-mailadressen
suggest-both-phones = beide bevatten telefoonnummers
suggest-similar-names = “{ $a }” en “{ $b }” lijken sterk op elkaar

setup-check-reach = bereiken
setup-check-answers = het antwoordt
setup-check-sign-in = aanmelden
setup-check-accepted = aanvaard
setup-check-settings = instellingen lezen
setup-check-lists = lijsten zoeken
setup-check-one-list = 1 lijst: { $name }
setup-check-lists-found = { $count } lijsten
setup-check-no-list = Dit account heeft geen lijst waar records in kunnen staan. Maak er daar eerst een, en probeer dan opnieuw.
setup-check-choose = lijst kiezen
setup-check-several = Dit account heeft verschillende lijsten: zeg welke de verbinding gebruikt ({ $names }).
setup-check-fields = velden lezen
setup-check-fields-found = { $count ->
    [one] 1 veld
   *[other] { $count } velden
}
setup-check-records = records lezen
setup-check-records-found = { $total ->
    [one] 1 record
   *[other] { $shown } getoond van { $total } records
}
setup-check-no-records = { $list } is leeg
setup-check-missing-fields = De verbinding gebruikt velden die er niet zijn: { $names }.
setup-check-nearest = { $name } (is het { $nearest }?)
setup-check-reading = { $account } lezen
setup-check-stopped = Je hebt het gestopt. Er is niets gewijzigd.
setup-mistake = Duosync heeft een fout gemaakt bij het bekijken van de records. Er is niets gewijzigd. Meld het alsjeblieft.

# Het kader van de assistent.
setup-title = Twee accounts verbinden
setup-title-edit = De verbinding wijzigen
setup-close = Sluiten
setup-restart = Opnieuw beginnen
setup-restart-title = Opnieuw beginnen?
setup-restart-text = Wat je hier hebt ingevuld, gaat verloren. Aan je accounts wordt niet geraakt.
setup-restart-yes = Ja, opnieuw beginnen
setup-step-first = 1  Eerste account
setup-step-second = 2  Tweede account
setup-step-fields = 3  Velden
setup-step-rules = 4  Regels
setup-step-look = 5  Eerste blik
setup-back = Terug
setup-continue = Verder
setup-finish = Opslaan en het voorbeeld tonen
setup-saving = Opslaan en het voorbeeld maken…
setup-making-preview = Beide kanten worden gelezen om te tonen wat de eerste synchronisatie zou doen…
setup-look-again = Het voorbeeld opnieuw maken
setup-nothing-written = Er wordt nog niets geschreven: je ziet eerst wat er zou gebeuren.
setup-again = Opnieuw proberen
setup-leave = De assistent verlaten
setup-choose = Kies…
setup-empty = leeg
setup-pair-name = { $a } en { $b }

# De accounts.
setup-which-first = Wat is het eerste account?
setup-which-second = Wat is het tweede account?
setup-yours = Een dat je al hebt:
setup-or-new = Of een nieuw:
setup-pick-kind = Waar staat de lijst die je gelijk wilt houden?
setup-search-kinds = Zoeken in de soorten accounts
setup-no-kind = Zo'n soort account is er niet. Probeer een ander woord, zoals de naam van de maker of “bestand”.
setup-other-kind = Een andere kiezen
setup-optional = { $what } (als die er is)
setup-more = Meer instellingen
setup-browse = Bladeren…
setup-call-it = Hoe noem je het?
setup-as-saved = zoals het was opgeslagen
setup-variable = Naam van de omgevingsvariabele
setup-kept = { $what }:
setup-keep-keyring = bewaard in de sleutelhanger van deze computer
setup-keep-ask = telkens gevraagd als Duosync start
setup-keep-env = in een omgevingsvariabele
setup-not-kept = Het wachtwoord is nog niet bewaard: { $why }. Kies hier een andere manier.
setup-keep-file = bewaard in het versleutelde bestand van deze werkruimte
setup-client-secret = Client secret
setup-client-secret-help = Alleen als het platform je er een gaf bij het client-ID.
setup-sign-in = Aanmelden
setup-sign-in-again = Opnieuw aanmelden
setup-signed-in = Je bent aangemeld.
setup-browser-opens = Je browser gaat open; kom hier terug als je daar bent aangemeld.
setup-passphrase = Wachtwoordzin van het versleutelde bestand
setup-file-absent = Kies een wachtwoordzin voor een bestand met wachtwoorden in deze werkruimte. Duosync vraagt ernaar na elke start.
setup-file-locked = Duosync heeft die nodig om het bestand met wachtwoorden te openen.
setup-file-make = Het bestand maken
setup-file-unlock = Het bestand openen
setup-file-open = Het bestand met wachtwoorden is open.
setup-missing = Vul eerst “{ $what }” in.
setup-missing-kind = Kies eerst de soort account.
setup-missing-variable = Typ de naam van de omgevingsvariabele.
setup-account-taken = Er is al een account met de naam { $name }. Kies een andere naam.
setup-same-account = Beide accounts zijn dezelfde lijst. Kies een andere.
setup-try = Verbinding proberen
setup-try-first = Probeer eerst de verbinding.
setup-try-reads = Leest de records, en schrijft niets.
setup-as-it-was-saved = Zoals het was opgeslagen.
setup-trying = Bezig
setup-trying-now = { $what }…
setup-stop = Stoppen
setup-which-list = Welke lijst?
setup-list = Lijst
setup-list-first = Kies de lijst die je wilt gebruiken.
setup-list-read-only = { $list } (kan niet gewijzigd worden)
setup-dialog-folder = De map van dit account

# De velden.
setup-which-field = Welk veld is welk?
setup-only-these = Alleen de velden die hier gekoppeld zijn, worden gelijk gehouden. Al het andere van een record blijft zoals het is.
setup-reading = De velden van beide kanten worden gelezen…
setup-wait-fields = Eerst worden de velden van beide kanten gelezen.
setup-head = { $count ->
    [one] { $account }, 1 record
   *[other] { $account }, { $count } records
}
setup-no-rows = Er zijn nog geen velden gekoppeld. Kies er hieronder links een en rechts een.
setup-slot = Rij { $row }, { $account }: { $field }
setup-field = { $account }: { $field }
setup-row-direction = Rij { $row }: { $way }
setup-row-key = Rij { $row }: hiermee herkennen
setup-row-key-hint = Twee records horen bij elkaar als dit veld gelijk is. Een e-mailadres is het best.
setup-row-details = Rij { $row }: { $text }
setup-row-remove = Rij { $row } verwijderen
setup-row-what = Rij { $row }: { $what }
setup-key-on = herkent hiermee
setup-key-off = herkennen?
setup-details = Details
setup-less = Sluiten
setup-suggested = Voorgesteld: { $why }.
setup-loose = Niet gekoppeld
setup-loose-how = Sleep een veld op het veld aan de andere kant dat hetzelfde is, of kies eerst het ene en dan het andere.
setup-loose-picked = Kies nu het veld van { $account } dat hetzelfde is als “{ $field }”.
setup-find-field = Een veld zoeken
setup-read-again = De velden opnieuw lezen
setup-all-paired = Alle velden zijn gekoppeld.
setup-none-found = Niets gevonden.
setup-lacking = { $account } weigert nieuwe records zonder “{ $field }”, en niets vult dat veld in. Koppel het, of laat daar geen nieuwe records toevoegen.
setup-board-empty = Koppel minstens één veld.
setup-board-unpicked = Kies in elke rij aan beide kanten een veld, of verwijder de rij.
setup-board-no-key = Kies minstens één veld om records aan te herkennen (e-mail is het best).
setup-board-no-words = Zeg voor “{ $field }” welk woord van de ene kant welk woord van de andere is.
setup-board-no-template = Schrijf de tekst die “{ $field }” invult.
setup-field-of = veld van { $account }
setup-field-of-too = veld { $number } van { $account }
setup-given-of = voornaam in { $account }
setup-family-of = familienaam in { $account }
setup-kind = soort
setup-direction = richting
setup-transform = omzetten
setup-as-it-is = zoals het is
setup-split = volledige naam, in twee velden van { $account }
setup-template = een tekst van verschillende velden
setup-template-text = tekst
setup-template-insert = een veld invoegen
setup-write = schrijven
setup-write-replace = vervangt wat er staat
setup-write-fill = vult alleen in wat leeg is
setup-write-add = voegt toe aan de lijst
setup-both-changed = beide gewijzigd
setup-as-rules = zoals de regels zeggen
setup-region = land van nummers zonder landcode
setup-date-form = datums in { $account }
setup-date-as-given = zoals ze komen
setup-separator = tussen de items in { $account }
setup-yes-in = ja in { $account }
setup-no-in = nee in { $account }
setup-default = indien leeg, schrijf in { $account }
setup-words = Welk woord is welk:
setup-word = Rij { $row }: woord { $number } van { $account }
setup-word-remove = Rij { $row }: woord { $number } verwijderen
setup-word-add = Een woord toevoegen
setup-words-fill = Invullen uit de records
setup-words-there = In { $account }: { $words }
setup-looking = De echte records worden bekeken…
setup-would-get = Wat { $to } zou krijgen van { $from }:
setup-no-values = Geen enkel record heeft hier iets.
setup-warned = { $count ->
    [one] 1 probleem
   *[other] { $count } problemen
}
setup-show-records = Toon de records
setup-warned-records = Rij { $row }: de records van probleem { $number }
setup-warned-more = { $count ->
    [one] en nog 1
   *[other] en nog { $count }
}
setup-warn-refused = { $count ->
    [one] 1 record van { $from } kan niet overgebracht worden: { $why }
   *[other] { $count } records van { $from } kunnen niet overgebracht worden: { $why }
}
setup-warn-read-only = { $count ->
    [one] “{ $field }” kan in { $to } niet gewijzigd worden, dus de waarde van 1 record van { $from } zou niet aankomen.
   *[other] “{ $field }” kan in { $to } niet gewijzigd worden, dus de waarden van { $count } records van { $from } zouden niet aankomen.
}
setup-warn-choices = { $count ->
    [one] 1 record van { $from } bevat een woord dat “{ $field }” van { $to } niet aanneemt.
   *[other] { $count } records van { $from } bevatten een woord dat “{ $field }” van { $to } niet aanneemt.
}
setup-warn-long = { $count ->
    [one] 1 record van { $from } is te lang: “{ $field }” van { $to } neemt { $most } tekens aan.
   *[other] { $count } records van { $from } zijn te lang: “{ $field }” van { $to } neemt { $most } tekens aan.
}
setup-warn-required = { $count ->
    [one] 1 record van { $from } is hier leeg, en { $to } weigert nieuwe records zonder “{ $field }”.
   *[other] { $count } records van { $from } zijn hier leeg, en { $to } weigert nieuwe records zonder “{ $field }”.
}
setup-warn-email = { $count ->
    [one] 1 record van { $from } bevat geen e-mailadres.
   *[other] { $count } records van { $from } bevatten geen e-mailadres.
}
setup-warn-phone = { $count ->
    [one] 1 record van { $from } bevat geen bekend telefoonnummer; het wordt overgebracht zoals het is. Vul hieronder het land in als nummers geen landcode hebben.
   *[other] { $count } records van { $from } bevatten geen bekend telefoonnummer; ze worden overgebracht zoals ze zijn. Vul hieronder het land in als nummers geen landcode hebben.
}
setup-warn-number = { $count ->
    [one] 1 record van { $from } bevat geen getal.
   *[other] { $count } records van { $from } bevatten geen getal.
}
setup-warn-boolean = { $count ->
    [one] 1 record van { $from } bevat geen ja of nee.
   *[other] { $count } records van { $from } bevatten geen ja of nee.
}
setup-warn-date = { $count ->
    [one] 1 record van { $from } bevat geen datum.
   *[other] { $count } records van { $from } bevatten geen datum.
}
setup-warn-no-key = { $count ->
    [one] 1 record van { $from } heeft geen “{ $field }”, en kan er dus niet aan herkend worden.
   *[other] { $count } records van { $from } hebben geen “{ $field }”, en kunnen er dus niet aan herkend worden.
}
setup-warn-shared-key = { $count ->
    [one] 1 record van { $from } heeft dezelfde “{ $field }” als een ander, en wordt opzijgezet.
   *[other] { $count } records van { $from } hebben dezelfde “{ $field }” als een ander, en worden opzijgezet.
}

# De regels.
setup-name-title = Hoe noem je deze verbinding?
setup-name = Naam van de verbinding
setup-name-taken = Er is al een verbinding met de naam { $name }. Kies een andere naam.
setup-rules = Regels
setup-both-same = Als beide kanten hetzelfde veld gewijzigd hebben,
setup-both-name = Beide gewijzigd
setup-deleted = Als een record verwijderd wordt,
setup-deleted-name = Verwijderd
setup-delete-leave = laat het andere staan
setup-delete-both = verwijder het ook aan de andere kant
setup-delete-one = alleen { $from } verwijdert in { $to }
setup-never-more = maar nooit meer dan
setup-guard-count = Verwijderingen ineens
setup-or-percent = of
setup-guard-percent = Percentage verwijderingen ineens
setup-without-asking = ineens zonder het mij te vragen.
setup-writes = In { $account }
setup-writes-name = Schrijven in { $account }
setup-writes-all = worden records toegevoegd en bijgewerkt
setup-writes-update = worden records bijgewerkt, geen enkel toegevoegd
setup-writes-create = worden records toegevoegd, geen enkel bijgewerkt
setup-writes-none = wordt niets gewijzigd
setup-sync = Synchroniseer
setup-sync-name = Hoe vaak synchroniseren
setup-by-hand = alleen als ik op Nu synchroniseren druk
setup-once-a-day = één keer per dag
setup-every-hours = { $count ->
    [one] elk uur
   *[other] om de { $count } uur
}
setup-every-minutes = { $count ->
    [one] elke minuut
   *[other] om de { $count } minuten
}
setup-every-seconds = { $count ->
    [one] elke seconde
   *[other] om de { $count } seconden
}
setup-compare = Vergelijk beide kanten
setup-compare-name = Hoe vaak vergelijken
setup-compare-by-hand = alleen als ik op Nu vergelijken druk
setup-compare-daily = elke dag
setup-compare-weekly = één keer per week
setup-compare-days = { $count ->
    [one] elke dag
   *[other] om de { $count } dagen
}
setup-at = om
setup-hour = Uur van het vergelijken
setup-minute = Minuut van het vergelijken
setup-compare-why = Een vergelijking leest beide kanten helemaal en toont elk record waarin ze niet overeenkomen.

# Welke records meedoen.
setup-filters = Welke records doen mee?
setup-filters-all = Allemaal. Voeg een voorwaarde toe om er weg te laten; die blijven aan beide kanten ongemoeid.
setup-filter-add = Alleen sommige van { $account }
setup-filter-only = Alleen die van { $account } waarvan
setup-filter-field = Voorwaarde { $number }: veld
setup-filter-test = Voorwaarde { $number }: test
setup-filter-value = Voorwaarde { $number }: woorden
setup-filter-remove = Voorwaarde { $number } verwijderen
setup-filter-words = woorden, met een komma ertussen
setup-filter-passing = { $account }: { $passing } van { $total } records doen mee.
setup-filter-incomplete = Vul voorwaarde { $number } in, of verwijder ze.
setup-is = een is van
setup-is-not = geen is van
setup-contains = bevat
setup-is-empty = leeg is
setup-is-filled = niet leeg is

# Een manifest proberen.
setup-check-back = één record apart lezen
setup-check-back-same = { $id } is hetzelfde als in de lijst
setup-check-back-gone = { $id } staat in de lijst, maar is er niet als het apart gelezen wordt
setup-check-back-other = { $id } bevat iets anders als het apart gelezen wordt dan in de lijst
