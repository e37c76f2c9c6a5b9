# De teksten rond de bladzijden: de navigatie, meldingen en vragen boven de bladzijde.

shell-home = Start
shell-review = Nakijken
shell-compare = Vergelijken
shell-history = Geschiedenis
shell-alerts = Meldingen
shell-settings = Instellingen
shell-open = { $count } na te kijken
shell-new-alerts = { $count ->
    [one] 1 nieuwe melding
   *[other] { $count } nieuwe meldingen
}
shell-no-answer = Er kwam geen antwoord.
shell-lists-changed = De lijsten zijn gewijzigd sinds je keek. Dit zou er nu gebeuren.
shell-synced = Gesynchroniseerd: { $what }.
shell-undone = Ongedaan gemaakt: { $what }.
shell-removed = { $what } is verwijderd.
shell-dismiss = Sluiten
shell-try-again = Opnieuw proberen
shell-ended = Duosync werkt op de achtergrond niet meer. Sluit het venster en start het opnieuw.
shell-undo = Ongedaan maken
shell-no = Nee, ga terug
shell-password-for = Wachtwoord voor { $account }
shell-password-why = Duosync vraagt het één keer na elke start en vergeet het wanneer het stopt.
shell-password = Wachtwoord
shell-password-use = Dit wachtwoord gebruiken
shell-not-now = Niet nu
shell-loading = Een ogenblik
shell-loading-what = Duosync leest wat het heeft onthouden.
