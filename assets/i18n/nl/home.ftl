# De teksten van de startpagina.

home-title = Start
home-connect = Twee accounts koppelen
home-connect-what = Je eigen lijsten: een bestand en een adresboek bijvoorbeeld.
home-sample = Het voorbeeld proberen
home-sample-what = Twee verzonnen lijsten, om te zien hoe het werkt. Niets van jou wordt gebruikt.
home-empty-title = Houd twee lijsten gelijk
home-empty-what = Duosync brengt wijzigingen over tussen twee accounts, in beide richtingen, op deze computer.
home-empty-how = Het toont je eerst wat het zou doen, en vraagt je wat het niet zelf kan beslissen.
home-names = { $a } en { $b }
home-count = { $count } koppelingen: { $parts }.
home-count-in-step = { $count } gelijk
home-count-waiting = { $count ->
    [one] 1 wacht op jou
   *[other] { $count } wachten op jou
}
home-count-failing = { $count ->
    [one] 1 lukt niet
   *[other] { $count } lukken niet
}
home-count-busy = { $count } nieuw of bezig
home-button-of = { $button }: { $pair }
home-ready = Klaar voor de eerste synchronisatie
home-new = Nieuw
home-in-step = Gelijk
home-working = Bezig
home-waiting = Wacht op jou
home-waiting-for = Wacht op jou: { $what }
home-failing = Lukt niet sinds { $when }
home-never = Nog niet gesynchroniseerd.
home-last = Laatste synchronisatie { $when }: { $what }.
home-next = Volgende synchronisatie { $when }.
home-next-soon = De volgende synchronisatie volgt zo.
home-next-manual = Synchroniseert alleen als je op Nu synchroniseren drukt.
home-next-paused = Gepauzeerd: synchroniseert alleen als je op Nu synchroniseren drukt.
home-next-first = De eerste synchronisatie toont je wat ze zou doen voordat ze iets schrijft.
home-next-password = Wacht op het wachtwoord van { $account }.
home-compared-same = Vergeleken { $when }: beide kanten zijn gelijk.
home-compared = Vergeleken { $when }: { $found }.
home-run = { $when }: { $what }
home-runs = { $count ->
    [one] De laatste run: { $failed } mislukt, hoogstens { $most } tegelijk geschreven
   *[other] De laatste { $count } runs: { $failed } mislukt, hoogstens { $most } tegelijk geschreven
}
home-starting = Begint
home-step-left = { $step }, { $left }
home-stopping = Wordt veilig gestopt…
home-cancel = Annuleren
home-enter-password = Wachtwoord invoeren
home-review-first = Eerste synchronisatie bekijken
home-review-questions = { $count ->
    [one] 1 vraag nakijken
   *[other] { $count } vragen nakijken
}
home-review-differences = { $count ->
    [one] 1 verschil nakijken
   *[other] { $count } verschillen nakijken
}
home-review-all = Alle { $count } nakijken
home-sync = Nu synchroniseren
home-compare = Nu vergelijken
home-pause = Pauzeren
home-go-on = Hervatten
home-change = Wijzigen
home-remove = Verwijderen
home-remove-title = { $pair } verwijderen?
home-remove-text = Duosync vergeet deze koppeling en haar geschiedenis. In { $a } en { $b } wordt niets aangeraakt.
home-remove-yes = De koppeling verwijderen
home-sample-ready = Het voorbeeld staat klaar. Druk op Nu synchroniseren om te zien wat er zou gebeuren.
