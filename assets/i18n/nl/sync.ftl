# What happens, goes wrong or cannot be done while syncing and comparing.

sync-mistake-asking = Duosync maakte een fout bij het raadplegen van de account. Er is niets gewijzigd. Meld dit alsjeblieft.
sync-no-pair = Er is geen koppeling met de naam “{ $pair }”.
sync-mistake = Duosync maakte een fout en stopte deze synchronisatie. Er is niets verloren; de volgende gaat van daar verder.
sync-taken-back-already = Synchronisatie { $run } is al ongedaan gemaakt.
sync-no-run = Er is geen synchronisatie { $run }.
sync-no-question = Er is geen open vraag { $id }. Misschien is ze al beantwoord.
sync-cut-off = De synchronisatie werd afgebroken. Er is niets verloren: de volgende gaat van daar verder.
sync-stopped-before = Je hebt het gestopt voor het begon. Er is niets gewijzigd.
sync-differences = { $count ->
    [one] Er is 1 verschil gevonden.
   *[other] Er zijn { $count } verschillen gevonden.
}{ $asked ->
    [0] { "" }
    [one] { " " }Over 1 ervan is al iets gevraagd.
   *[other] { " " }Over { $asked } ervan is al iets gevraagd.
}
sync-several-same-key = Hier hebben meerdere records hetzelfde kenmerk. Zeg welke twee bij elkaar horen, dat ze niet dezelfde zijn, of laat het zo; of maak het kenmerk in een van de lijsten anders.
sync-overlap = Deze koppelingen schrijven allemaal naar dezelfde lijst van { $account }: { $pairs }.
sync-preview = Dit zou de synchronisatie doen. Er wordt niets geschreven voor je ja zegt.
sync-list-cut = De lijst van { $account } kon niet tot het einde gelezen worden, dus er is aan geen van beide kanten iets toegevoegd. De volgende synchronisatie probeert het opnieuw.
sync-list-cut-answer = De lijst van { $account } kon niet tot het einde gelezen worden, dus er is nog niets gebeurd. De volgende synchronisatie voert je antwoord uit.
sync-unlisted = { $count ->
    [one] Eén record van { $account } ontbreekt in de lijst maar is er nog, en is dus niet als verwijderd behandeld.
   *[other] { $count } records van { $account } ontbreken in de lijst maar zijn er nog, en zijn dus niet als verwijderd behandeld.
}
sync-reading = { $account } lezen
sync-comparing-known = Vergelijken met wat bekend is
sync-remembering = Onthouden wat gedaan is
sync-changed-again = Het werd telkens opnieuw gewijzigd terwijl Duosync schreef. De volgende synchronisatie probeert het opnieuw.
sync-empty-list = { $account } kwam leeg terug, terwijl er { $count } records bekend waren. Er is aan geen van beide kanten iets gewijzigd. Kijk of de lijst echt leeg is; zo ja, verwijder deze koppeling en maak ze opnieuw.
sync-other-account = { $account } is niet meer de account van de vorige synchronisatie, hoewel de instellingen dezelfde zijn. Er is niets gelezen of geschreven. Heb je hem met opzet verplaatst, open dan de instellingen van de account en bewaar ze opnieuw; de volgende synchronisatie toont dan eerst wat ze zou doen.
sync-no-answer = er kwam geen antwoord; de volgende synchronisatie kijkt of het geschreven is
sync-record-like-it = er staat nu een gelijkaardig record; de volgende synchronisatie kijkt of het hetzelfde is
sync-several-like-it = er staan nu meerdere gelijkaardige records, dus het is niet opnieuw toegevoegd
sync-record-gone = het record is weg
sync-changed-meanwhile = het record is intussen gewijzigd
sync-not-said = het antwoord zei niet wat bewaard is
sync-empty-answer = het antwoord was leeg
sync-keeping = Een kopie bewaren van wat verwijderd wordt uit { $account }
sync-writing-to = Schrijven naar { $account }
sync-finding-out = Nagaan wat de vorige synchronisatie nog naar { $account } schreef
sync-cut-before = de synchronisatie werd afgebroken voor dit geschreven was; het wordt opnieuw gepland
sync-cut-repaired = Ze werd afgebroken. De volgende synchronisatie heeft hersteld wat half gedaan was.
sync-writing = Wijzigingen schrijven
sync-not-tried = niet geprobeerd, want de synchronisatie was al gestopt
sync-comparing = Beide lijsten vergelijken
sync-compare-cut = De lijst van { $account } kon niet tot het einde gelezen worden, dus er is niets vergeleken.
sync-no-account-of-pair = De koppeling “{ $pair }” gebruikt de account “{ $account }”, die er niet is.
sync-waiting = Wachten om opnieuw te proberen
sync-password-unread = Het wachtwoord van { $account } kon niet gelezen worden.
sync-stopped = Je hebt het gestopt. Wat al gedaan was, blijft; de volgende synchronisatie gaat van daar verder.
sync-account-used = { $account } wordt gebruikt door de koppeling { $pair }. Verwijder eerst de koppeling.
sync-no-account = Er is geen account met de naam “{ $account }”.
sync-no-pair-yet = Er is nog geen koppeling. Verbind eerst twee accounts.
sync-name-account = Geef de account een naam.
sync-password-not-kept = Het wachtwoord kon niet bewaard worden.
sync-name-pair = Geef de koppeling een naam.
sync-same-list = Beide kanten zijn dezelfde lijst. Kies er twee verschillende.
sync-no-field = Er is nog geen veld gekoppeld. Koppel minstens het veld waaraan records herkend worden.
sync-no-key = Kies het veld waaraan een record van de ene en de andere kant als hetzelfde herkend wordt, zoals e-mail.
sync-file-unread = Het bestand kon niet gelezen worden.
sync-file-unreadable = { $file } kan niet gelezen worden: { $why }
sync-file-unwritten = Het bestand kon niet geschreven worden.
sync-file-unwritable = { $file } kan niet geschreven worden: { $why }
sync-sample-unwritten = Het voorbeeld kon niet geschreven worden.
sync-sample-unwritable = Het voorbeeld kon niet naar { $folder } geschreven worden: { $why }
sync-mistake-not-done = Duosync maakte een fout en heeft dit niet gedaan.
sync-busy = Duosync is nog bezig met wat je eerder vroeg. Probeer het zo dadelijk opnieuw.
sync-gone = Duosync is op de achtergrond gestopt. Start het opnieuw.
sync-not-started = Het werk op de achtergrond kon niet gestart worden: { $why }
