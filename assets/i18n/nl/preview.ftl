# De teksten van het voorbeeld.

preview-title = Wat de synchronisatie zal doen
preview-start = Synchronisatie starten
preview-not-now = Niet nu
preview-nothing-yet = { $a } en { $b }. Er wordt niets geschreven tot je op Synchronisatie starten drukt, en alles kan ongedaan gemaakt worden.
preview-all = Alle { $count }
preview-search = Zoeken in het voorbeeld
preview-making = { $made } van { $total } klaargemaakt
preview-shown = { $count } getoond
preview-nothing = Niets te doen
preview-nothing-text = Beide kanten zijn al gelijk. Start de synchronisatie om dat zo te houden.
preview-what = Wat er gebeurt
preview-record = Record
preview-change = Nu → daarna
preview-row = Rij { $number }: { $record }
preview-of = { $what }: { $record }
preview-close = Het record sluiten
preview-not-there = niet aanwezig
preview-empty = leeg
preview-or = { $a }  of  { $b }
preview-more = en nog { $count }
preview-tied = Ze zijn dezelfde en worden aan elkaar gekoppeld.
preview-add-to = Toevoegen aan { $account }
preview-update-in = Bijwerken in { $account }
preview-delete-from = Verwijderen uit { $account }
preview-ask = Aan jou vragen
preview-match = Gelijk aan beide kanten
preview-set-aside = Opzijgezet
preview-new = { $count } nieuw in { $account }
preview-updated = { $count } bijgewerkt in { $account }
preview-deleted = { $count } verwijderd uit { $account }
preview-questions = { $count ->
    [one] 1 vraag voor jou
   *[other] { $count } vragen voor jou
}
preview-same = { $count } al gelijk
preview-aside = { $count } opzijgezet
preview-empty-list = { $count ->
    [one] { $account } kwam leeg terug, hoewel er 1 record bekend was. Er wordt niets gedaan. Kijk na of het account zijn lijst nog toont.
   *[other] { $account } kwam leeg terug, hoewel er { $count } records bekend waren. Er wordt niets gedaan. Kijk na of het account zijn lijst nog toont.
}
preview-held = { $count ->
    [one] 1 verwijdering in { $account } wordt tegengehouden, omdat meer dan { $allowed } ineens ongewoon is. Je krijgt er een vraag over.
   *[other] { $count } verwijderingen in { $account } worden tegengehouden, omdat meer dan { $allowed } ineens ongewoon is. Je krijgt er vragen over.
}
preview-doubled = { $count ->
    [one] 1 record aan één kant deelt waaraan het herkend wordt, en blijft ongemoeid.
   *[other] { $count } records aan één kant delen waaraan ze herkend worden, en blijven ongemoeid.
}
