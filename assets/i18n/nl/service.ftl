# The texts of service.

service-broken-manifest = De connector { $file } kan niet gebruikt worden: { $why }
service-second-manifest = Twee connectors beschrijven de soort “{ $kind }”; de tweede wordt niet gebruikt.

# The file of secrets.
service-vault-absent = er is nog geen wachtzin gekozen voor het versleutelde bestand met wachtwoorden. Kies er een bij de instellingen van het account, of in de terminal met: duosync passphrase
service-vault-locked = het versleutelde bestand met wachtwoorden is vergrendeld. Vul de wachtzin in in het venster van Duosync; in de terminal wordt ernaar gevraagd, of ze komt uit de omgevingsvariabele DUOSYNC_PASSPHRASE
service-vault-wrong = Dat is niet de wachtzin van het versleutelde bestand met wachtwoorden. Hoofdletters en spaties tellen mee. Er is niets gewijzigd.
service-vault-empty = Een lege wachtzin beschermt niets. Kies een paar woorden die alleen jij kent.
service-vault-there = Er is al een versleuteld bestand met wachtwoorden ({ $file }). Open het eerst met de wachtzin, of begin opnieuw als je die vergeten bent.
service-vault-damaged = Het versleutelde bestand met wachtwoorden ({ $file }) is beschadigd. Zet er een kopie van terug, of begin opnieuw en vul de wachtwoorden weer in.
service-vault-newer = Het versleutelde bestand met wachtwoorden ({ $file }) is door een nieuwere Duosync geschreven. Start die.
service-vault-file = Het versleutelde bestand met wachtwoorden ({ $file }) kan niet worden gebruikt: { $why }
service-vault-no-key = Het versleutelde bestand met wachtwoorden kon niet worden gemaakt: deze computer heeft te weinig geheugen vrij of gaf geen willekeurige getallen. Er is niets gewijzigd.
service-secret-not-in-file = het versleutelde bestand bevat geen wachtwoord van "{ $account }". Vul het in bij de instellingen van het account, of in de terminal met: duosync password "{ $account }"
service-secret-no-place = voor "{ $account }" kan niets worden bewaard, omdat de instellingen een omgevingsvariabele noemen. Kies er de sleutelbos, het versleutelde bestand of "telkens vragen" voor.

# Signing in in the browser.
service-sign-in-first = { $account } is nog niet aangemeld. Klik op Aanmelden (in de terminal: duosync signin "{ $account }").
service-sign-in-again = { $account } laat Duosync niet meer binnen: de toestemming is ingetrokken of verlopen. Er is niets verloren. Klik op Opnieuw aanmelden (in de terminal: duosync signin "{ $account }").
service-sign-in-not-in-keyring = de sleutelbos gaf geen aanmelding voor { $account }: ofwel is het nog niet aangemeld, ofwel is de sleutelbos vergrendeld. Ontgrendel de sleutelbos en probeer opnieuw, of klik op Aanmelden (in de terminal: duosync signin "{ $account }").
service-sign-in-unreadable = Wat van de aanmelding van { $account } bewaard is, kan niet worden gelezen. Klik op Opnieuw aanmelden (in de terminal: duosync signin "{ $account }").
service-sign-in-not-kept = De nieuwe aanmelding van { $account } kon niet worden bewaard en wordt dus nog niet gebruikt: { $why }
service-sign-in-no-keyring = deze computer heeft geen sleutelbos die Duosync kan bereiken, dus kan de aanmelding van { $account } daar niet worden bewaard. Kies het versleutelde bestand of "telkens vragen" bij de instellingen van het account.
service-sign-in-no-browser = { $account } is van een soort die niet in de browser wordt aangemeld.
service-sign-in-no-client = De client-ID ontbreekt. Registreer een app bij het platform en zet de client-ID ervan bij de instellingen van het account.
service-sign-in-cancelled = Het aanmelden bij { $account } is gestopt. Er is niets gewijzigd.
service-sign-in-timed-out = De browser kwam niet terug, dus is { $account } niet aangemeld. Er is niets gewijzigd. Klik op Aanmelden om opnieuw te proberen.
service-sign-in-denied = De toestemming is in de browser niet gegeven. Er is niets gewijzigd. Klik op Aanmelden om opnieuw te proberen.
service-sign-in-not-allowed = Het platform stond het niet toe ({ $why }). Er is niets gewijzigd.
service-sign-in-somebody-else = In de browser is iemand anders aangemeld dan met wie { $account } verbonden was; er is dus niets gewijzigd. Meld je aan met dezelfde gebruiker als voordien (misschien moet de andere eerst in de browser worden afgemeld), of voeg een nieuw account toe voor de andere gebruiker.
service-sign-in-token-refused = Het platform aanvaardt niet wat het net gegeven heeft. Probeer opnieuw aan te melden.
service-no-home = Je persoonlijke map is niet te vinden. Is HOME ingesteld?
service-sign-in-mistake = Duosync maakte een fout bij het aanmelden. Er is niets gewijzigd. Meld dit alsjeblieft.
service-sign-in-over = { $host } aanvaardt deze aanmelding niet meer ({ $why }).
service-sign-in-client-refused = { $host } kent de app niet ({ $why }). Controleer de client-ID, en het client-geheim als het platform er een gaf, bij de instellingen van het account.
service-sign-in-refused = { $host } weigerde de aanmelding ({ $why }). Controleer de instellingen van de app bij het platform: de soort, het redirect-adres en wat ze mag zien.
service-sign-in-bad-answer = { $host } gaf een antwoord dat niet bij een aanmelding hoort. Controleer de instellingen van het account.
service-sign-in-server = { $host } heeft zelf problemen (status { $status }). Probeer het later opnieuw.
service-sign-in-unreachable = { $host } is niet bereikbaar: { $why }. Controleer het netwerk.
service-sign-in-broken = { $host } gaf geen volledig antwoord: { $why }. Probeer het opnieuw.
service-sign-in-silent = het antwoordde niet op tijd
service-sign-in-no-certificates = vanaf deze computer kan geen beveiligde verbinding worden gemaakt: er is geen lijst van vertrouwde certificaten (installeer het pakket ca-certificates)
service-sign-in-template = Er ontbreekt een instelling waaruit het adres { $template } van het platform bestaat. Vul de instellingen van het account aan.
service-sign-in-address = Het adres { $url } van het platform kan niet worden gebruikt. Controleer de instellingen van het account.
service-sign-in-plain = { $url } zou de aanmelding leesbaar versturen voor iedereen onderweg. Het moet met https beginnen.
service-sign-in-redirect = Het redirect-adres { $url } moet op deze computer zijn, zoals http://127.0.0.1:8976/
service-sign-in-port = Duosync kon niet op { $address } op de browser wachten. Misschien gebruikt een ander programma die poort: sluit het, of kies een ander redirect-adres.
service-sign-in-port-lost = Duosync kon niet langer op de browser wachten. Probeer opnieuw aan te melden.

# The page that the browser shows at the end.
service-page-done = Je bent aangemeld
service-page-done-more = Duosync mag nu { $account } gebruiken. Je kunt deze pagina sluiten en teruggaan naar Duosync.
service-page-failed = Je bent niet aangemeld
service-page-strange = Deze pagina hoort niet bij het aanmelden van Duosync
service-page-strange-more = Er is niets gewijzigd. Ga terug naar Duosync en klik opnieuw op Aanmelden.
service-unknown-kind = Duosync kent de soort account “{ $kind }” niet. Het kent { $known }.
service-bad-kind = "{ $kind }" kan geen soort platform aanduiden: gebruik kleine letters, cijfers en _, zoals in my_shop.

# Geheimen die er niet waren.
secret-not-set = het wachtwoord van "{ $account }" moet in de omgevingsvariabele { $variable } staan, en die is niet ingesteld; stel ze in voor Duosync start, of kies voor dit account de sleutelbos of "telkens vragen"
secret-not-text = de omgevingsvariabele { $variable } met het wachtwoord van "{ $account }" bevat geen leesbare tekst
secret-no-keyring = deze computer heeft geen sleutelbos die Duosync kan bereiken, dus kan het wachtwoord van "{ $account }" daar niet bewaard of gelezen worden; bewaar het in een versleuteld bestand (password = {"{"} file = true {"}"}), gebruik een omgevingsvariabele (password = {"{"} env = "NAME" {"}"}) of laat Duosync het telkens vragen (password = {"{"} ask = true {"}"})
secret-not-found = de sleutelbos gaf geen wachtwoord voor "{ $account }": ofwel is er geen bewaard, ofwel is de sleutelbos vergrendeld; ontgrendel ze en probeer opnieuw, of vul het wachtwoord opnieuw in bij de instellingen van het account
secret-keyring = de sleutelbos kon niet gebruikt worden voor het wachtwoord van "{ $account }"; ontgrendel ze en probeer opnieuw
secret-not-entered = het wachtwoord van "{ $account }" wordt na elke start één keer gevraagd en is nog niet ingevuld; vul het in in het venster van Duosync, of zet het voor de terminal in een omgevingsvariabele (password = {"{"} env = "NAME" {"}"})
