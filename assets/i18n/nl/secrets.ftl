# The texts of the dialogs about passwords and signing in.

secrets-passphrase-title = Wachtzin van het versleutelde bestand
secrets-passphrase-why = De wachtwoorden van deze werkruimte staan in een bestand dat alleen met je wachtzin opengaat. Duosync vraagt ernaar, één keer na elke start.
secrets-passphrase = Wachtzin
secrets-open = Bestand openen
secrets-not-now = Niet nu
secrets-forgotten = Ik ben ze vergeten
secrets-anew-title = Opnieuw beginnen met wachtwoorden?
secrets-anew-why = Zonder de wachtzin kan niemand het bestand openen. Duosync zet het opzij; je vult de wachtwoorden weer in en meldt je opnieuw aan. Je accounts, koppelingen en geschiedenis blijven zoals ze zijn.
secrets-anew-yes = Opnieuw beginnen
secrets-set-aside = Het oude bestand heet nu { $file }. Kies een nieuwe wachtzin bij de instellingen van een account.
secrets-waiting-title = Meld je in je browser aan bij { $account }
secrets-waiting-why = Je browser zou een pagina van het platform geopend moeten hebben. Meld je daar aan en geef Duosync toestemming. Dit bericht verdwijnt vanzelf.
secrets-waiting-again = De browser opnieuw openen
secrets-waiting-copy = Het adres kopiëren
secrets-waiting-cancel = Aanmelden annuleren
secrets-no-browser = De browser kon niet worden geopend ({ $why }). Kopieer het adres en open het zelf.
secrets-sign-in = Aanmelden
secrets-sign-in-again = Opnieuw aanmelden
secrets-signed-in = { $account } is aangemeld.
secrets-waits-passphrase = Wacht op de wachtzin van het versleutelde bestand.
secrets-waits-sign-in = Wacht tot { $account } is aangemeld.
secrets-enter-passphrase = Wachtzin invullen
