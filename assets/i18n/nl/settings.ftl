# De pagina Instellingen, en wat over de werkmap zelf gezegd wordt.

settings-page = Instellingen
settings-restored = Op { $when } is een vroegere toestand teruggezet. Elke koppeling toont eerst wat de volgende synchronisatie zou doen, en schrijft niets voor jij ja zegt.

settings-look = Uiterlijk en taal
settings-theme = Thema
settings-theme-system = Zoals het systeem
settings-theme-light = Licht
settings-theme-dark = Donker
settings-text-size = Tekstgrootte
settings-percent = { $size } %
settings-language = Taal
settings-language-system = Zoals het systeem ({ $language })

settings-notifications = Meldingen
settings-notifications-about = Waarover je bureaublad je iets meldt. Alles staat ook op de pagina Meldingen.
settings-notify-all = Alles
settings-notify-needs-me = Alleen wat mij nodig heeft
settings-notify-nothing = Niets
settings-notify-kinds = Per soort kiezen
settings-kind-conflicts = Er is iets te beslissen
settings-kind-held = Verwijderingen zijn tegengehouden
settings-kind-mismatches = Een vergelijking vond verschillen
settings-kind-sign-in = Aanmelden bij een account lukt niet
settings-kind-failed = Een synchronisatie lukte niet
settings-kind-records = Enkele records konden niet geschreven worden
settings-kind-recovered = Een synchronisatie lukt weer
settings-quiet = Stille uren
settings-quiet-from = Van
settings-quiet-begin = Stil vanaf
settings-quiet-to = tot
settings-quiet-end = Stil tot
settings-quiet-about = Wat er tussendoor gebeurt, wordt één keer gemeld zodra ze voorbij zijn, als het dan nog geldt.

settings-computer = Op deze computer
settings-computer-about = Duosync kan je lijsten alleen gelijk houden zolang het draait.
settings-keep-running = Blijven draaien als het venster gesloten is
settings-keep-tray = Je vindt het terug via het pictogram naast de klok; Afsluiten staat in het menu daarvan.
settings-keep-minimised = Dit bureaublad toont geen pictogrammen naast de klok, dus wordt het venster geminimaliseerd. Met Afsluiten stopt Duosync.
settings-quit = Duosync afsluiten
settings-start = Starten met de computer
settings-start-about = Het start zonder venster.
settings-start-failed = Starten met de computer kon niet ingesteld worden: { $why }

settings-folder = Waar je gegevens staan
settings-folder-about = Alles wat Duosync onthoudt, staat in deze map. Wachtwoorden staan er nooit in: bij elk account hieronder staat waar het wachtwoord is.
settings-open-folder = Map openen
settings-copy-path = Pad van de map kopiëren
settings-open-folder-failed = De map kon niet geopend worden. Ze staat op { $folder }

settings-copies = Kopieën van wat Duosync onthoudt
settings-copies-about = Elke dag wordt vanzelf een kopie gemaakt, en er worden er 14 bewaard. Teruggaan naar een kopie verandert nooit iets aan je lijsten.
settings-copies-reading = Kopieën worden gezocht…
settings-copies-not-read = De kopieën konden niet opgezocht worden: { $why }
settings-copies-none = Er is er nog geen. De eerste wordt vandaag gemaakt.
settings-copies-more =
    { $count ->
        [one] Nog 1 kopie tonen
       *[other] Nog { $count } kopieën tonen
    }
settings-copies-files = Kopieën op andere plaatsen
settings-copies-files-about = Bewaar een kopie op een andere schijf, of haal er een terug.
settings-copy-daily = Kopie van de dag
settings-copy-asked = Op jouw vraag gemaakt
settings-copy-before-restore = Bewaard voor het teruggaan
settings-copy-before-upgrade = Bewaard voor een update
settings-copy-size = { $why }, { $size }
settings-kilobytes = { $size } kB
settings-megabytes = { $size } MB
settings-back-up-now = Nu een kopie maken
settings-copy-to = Bestand voor de kopie
settings-copy-to-choose = Kies waar je ze bewaart…
settings-copy-to-do = Deze kopie maken
settings-restore = Hiernaar teruggaan
settings-restore-of = Teruggaan naar de kopie van { $when } ({ $file })
settings-restore-from = Bestand van een kopie
settings-restore-from-choose = Een kopie zoeken…
settings-restore-from-do = Teruggaan naar deze kopie
settings-restore-title = Teruggaan naar { $copy }?
settings-restore-text = Duosync vergeet wat het sindsdien geleerd heeft: accounts, koppelingen, vragen en geschiedenis zijn weer zoals toen. Je lijsten worden niet aangeraakt. Eerst wordt een kopie van nu bewaard, en elke koppeling toont wat de volgende synchronisatie zou doen voor ze iets schrijft.
settings-restore-yes = Ja, ga terug
settings-restore-busy = Er loopt een synchronisatie of vergelijking. Wacht tot die klaar is of stop ze, en ga dan terug.
settings-restore-done = Teruggegaan. Wat er tot nu was, is bewaard in { $file }.
settings-copy-made = De kopie staat in { $file }.
settings-copy-onto-itself = Met dit bestand werkt Duosync op dit moment. Kies een ander bestand.
settings-not-written = { $file } kon niet geschreven worden: { $why }

settings-accounts = Accounts
settings-accounts-none = Nog geen. Verbind twee accounts op de pagina Start.
settings-account-used = in gebruik
settings-account-remove = Verwijderen
settings-account-remove-of = { $account } verwijderen
settings-account-remove-title = { $account } verwijderen?
settings-account-remove-text = Duosync vergeet dit account. De lijst zelf wordt niet aangeraakt.
settings-account-remove-yes = Account verwijderen
settings-secret-keyring = Het wachtwoord staat in de sleutelbos van deze computer.
settings-secret-file = Het wachtwoord staat in het versleutelde bestand van deze werkmap.
settings-secret-env = Het wachtwoord wordt gelezen uit de omgevingsvariabele { $name }.
settings-secret-ask = Het wachtwoord wordt niet bewaard: het wordt bij elke start één keer gevraagd.

settings-file = Instellingen als bestand
settings-file-about = Accounts en koppelingen kunnen naar een bestand geschreven en weer gelezen worden, hier of op een andere computer.
settings-file-name = Instellingenbestand
settings-file-find = Bestand zoeken…
settings-file-choose = Kies waar je bewaart…
settings-file-read = Dit bestand lezen
settings-file-write = Dit bestand schrijven

settings-person = Eén persoon
settings-person-about = Als iemand vraagt wat je van hem of haar bewaart, of vraagt om vergeten te worden. Dit gaat over wat Duosync onthoudt; de gegevens in je lijsten wijzig je zelf.
settings-person-search = Naam of e-mail
settings-person-hint = Ann Peeters
settings-person-find = Persoon zoeken
settings-person-looking = Alles wat bewaard is, wordt doorzocht…
settings-person-nobody = Niemand gevonden. Van iemand met deze woorden is niets bewaard.
settings-person-pick = Vink de records aan die deze persoon zijn.
settings-person-of = { $name }, in { $pair }
settings-person-of-detail = { $name } ({ $detail }), in { $pair }
settings-person-counts = Records: { $records }. Geschreven in de geschiedenis: { $writes }. Vragen en verschillen: { $matters }. Bewaarde verwijderde records: { $kept }.
settings-person-file = Bestand voor deze persoon
settings-person-file-choose = Kies waar je het bestand bewaart…
settings-person-export = Alles over deze persoon wegschrijven
settings-person-exported = Alles wat van deze persoon bewaard is, staat in { $file }.
settings-person-erase = Uit de geschiedenis wissen…
settings-erase-title = { $name } uit de geschiedenis wissen?
settings-erase-text = Dit kan niet ongedaan gemaakt worden. Dit gaat weg: { $writes } schrijfacties met hun waarden, { $matters } vragen en verschillen, { $kept } bewaarde verwijderde records, en zinnen waarin de persoon genoemd wordt. Hetzelfde wordt gewist in de kopieën in de map van Duosync. Kopieën die je op andere plaatsen bewaart, bevatten het nog.
settings-erase-there = De persoon staat nog in een van je lijsten. Zolang dat zo is, moet Duosync weten wat er in het record staat om het gelijk te houden. Verwijder het record in de lijsten en synchroniseer, wis daarna opnieuw, en er blijft niets over.
settings-erase-yes = Ja, wis het
settings-match-anew-busy = Er loopt een synchronisatie of vergelijking. Wacht tot die klaar is of stop ze, en koppel dan opnieuw.
settings-erase-busy = Er loopt een synchronisatie of vergelijking. Wacht tot die klaar is of stop ze, en wis dan.
settings-erased = Gewist: { $writes } schrijfacties, { $matters } vragen en verschillen, { $kept } bewaarde verwijderde records, { $sentences } zinnen; hetzelfde in { $copies } kopieën.
settings-erased-still-there = Wat de lijsten nu bevatten is nog bekend, want dat is nodig om ze gelijk te houden.
settings-erased-copies-left = Deze kopieën konden niet aangepast worden, gooi ze zelf weg: { $files }
settings-person-page-title = Wat Duosync van één persoon bewaart
settings-person-page-made = Gemaakt op { $when } door Duosync.
settings-person-in = In { $account }, zoals laatst gezien
settings-person-agreed-in = In { $account }, toen beide lijsten laatst gelijk waren
settings-person-nothing = Niets.
settings-person-writes = Wat geschreven is
settings-person-matters = Vragen en verschillen
settings-person-kept = Records bewaard van voor hun verwijdering
settings-person-when = Wanneer
settings-person-where = Waar
settings-person-what = Waarom
settings-person-why = Wat gevraagd werd
settings-person-field = Veld
settings-person-before = Voor
settings-person-after = Na
settings-person-agreed = Gelijk voordien
settings-person-id = Id aldaar

settings-help = Hulp
settings-help-about = Een bestand voor wie je helpt: hoe Duosync ingesteld is en wat het deed, zonder namen, waarden of wachtwoorden.
settings-diagnostics-file = Bestand voor wie helpt
settings-diagnostics-choose = Kies waar je het zet…
settings-diagnostics-write = Bestand voor hulp schrijven
settings-diagnostics-done = Het bestand is { $file }. Er staan geen persoonsgegevens en geen wachtwoorden in.
settings-version = Duosync { $version }

settings-dialog-copy = Waar de kopie bewaard wordt
settings-dialog-restore = Een kopie om naar terug te gaan
settings-dialog-diagnostics = Waar het bestand voor hulp komt
settings-dialog-person = Waar het bestand over deze persoon bewaard wordt
settings-dialog-account = Het bestand van dit account
settings-dialog-import = Een instellingenbestand
settings-dialog-export = Instellingen bewaren
settings-dialog-report = Verslag bewaren
settings-dialog-tables = Tabellen
settings-dialog-all = Alle bestanden
settings-dialog-settings = Instellingen
settings-dialog-database = Kopieën
settings-dialog-zip = Zipbestand
settings-dialog-workbook = Excel-werkmap
settings-dialog-table = Tabel
settings-dialog-page = Webpagina
settings-dialog-none = Dit bureaublad heeft geen bestandsvenster voor Duosync. Typ de plaats van het bestand in het veld.

settings-tray-open = Duosync openen
settings-tray-sync = Alles nu synchroniseren
settings-tray-pause = Alles pauzeren
settings-tray-resume = Alles laten doorgaan
settings-tray-quit = Afsluiten
settings-tray-in-step = Alles is gelijk
settings-tray-working = Bezig
settings-tray-waiting = Er is iets dat jou nodig heeft
settings-tray-failing = Er is iets dat niet werkt
settings-tray-paused = Gepauzeerd
settings-tray-empty = Er is nog niets gekoppeld
settings-exported = De instellingen staan in { $file }.
settings-imported = { $accounts ->
        [one] 1 account
       *[other] { $accounts } accounts
    } en { $pairs ->
        [one] 1 verbinding
       *[other] { $pairs } verbindingen
    } gelezen.
