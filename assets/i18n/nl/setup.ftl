# The texts of setup.

suggest-split-name = de ene kant heeft de volledige naam in één veld, de andere in een voornaam en een familienaam
suggest-same-meaning = “{ $a }” en “{ $b }” betekenen hetzelfde
suggest-same-name = “{ $name }” heet aan beide kanten hetzelfde
suggest-same-values = { $count } van de waarden zijn in beide lijsten dezelfde
suggest-both-emails = beide bevatten e-mailadressen
suggest-both-phones = beide bevatten telefoonnummers
suggest-both-dates = beide bevatten datums
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
