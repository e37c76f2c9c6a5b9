# Woorden die elke bladzijde gebruikt: tijden, aantallen, toestanden, soorten.

words-just-now = zojuist
words-minutes-ago = { $count ->
    [one] 1 minuut geleden
   *[other] { $count } minuten geleden
}
words-hours-ago = { $count ->
    [one] 1 uur geleden
   *[other] { $count } uur geleden
}
words-days-ago = { $count ->
    [one] 1 dag geleden
   *[other] { $count } dagen geleden
}
words-on = op { $when }
words-soon = binnen een minuut
words-in-minutes = { $count ->
    [one] over 1 minuut
   *[other] over { $count } minuten
}
words-in-hours = { $count ->
    [one] over 1 uur
   *[other] over { $count } uur
}
words-left-seconds = nog minder dan een minuut
words-left-minutes = { $count ->
    [one] nog ongeveer 1 minuut
   *[other] nog ongeveer { $count } minuten
}
words-left-hours = { $count ->
    [one] nog ongeveer 1 uur
   *[other] nog ongeveer { $count } uur
}
# Twaalf korte namen van maanden, met spaties ertussen.
words-months = jan feb mrt apr mei jun jul aug sep okt nov dec
words-day = { $day } { $month } { $year }
words-day-month-first = { $month } { $day }, { $year }
words-moment = { $day }, { $time }
words-under-a-second = minder dan een seconde
words-seconds = { $count ->
    [one] 1 seconde
   *[other] { $count } seconden
}
words-minutes-seconds = { $minutes } min { $seconds } s
words-progress-of = { $step }: { $done } van { $total }
words-progress = { $step }: { $done }
words-added = { $count } toegevoegd aan { $name }
words-updated = { $count } bijgewerkt in { $name }
words-deleted = { $count } verwijderd uit { $name }
words-run-running = bezig
words-run-preview = een voorbeeld gemaakt; er is niets geschreven
words-run-failed = mislukt
words-run-stopped = door jou gestopt voordat er iets geschreven was
words-run-stopped-after = door jou gestopt na { $wrote }
words-run-nothing = niets te doen
words-run-questions = { $count ->
    [one] 1 vraag voor jou
   *[other] { $count } vragen voor jou
}
words-run-not-written = { $count ->
    [one] 1 record kon niet worden weggeschreven en wordt opnieuw geprobeerd
   *[other] { $count } records konden niet worden weggeschreven en worden opnieuw geprobeerd
}
words-by-you = door jou
words-by-schedule = volgens de planning
words-to-settle = om je antwoorden uit te voeren
words-to-undo = om een run ongedaan te maken
words-outcome-running = Bezig
words-outcome-done = Klaar
words-outcome-waiting = Wacht op jou
words-outcome-preview = Voorbeeld
words-outcome-partial = Gedeeltelijk klaar
words-outcome-failed = Mislukt
words-outcome-stopped = Gestopt
words-questions = { $count ->
    [one] 1 vraag
   *[other] { $count } vragen
}
words-differences = { $count ->
    [one] 1 verschil
   *[other] { $count } verschillen
}
words-questions-and-differences = { $questions } en { $differences }
words-found = { $count ->
    [one] 1 verschil gevonden
   *[other] { $count } verschillen gevonden
}
words-found-open = { $count ->
    [one] 1 verschil gevonden, { $open } nu open
   *[other] { $count } verschillen gevonden, { $open } nu open
}
words-found-settled = { $count ->
    [one] 1 verschil gevonden, sindsdien opgelost
   *[other] { $count } verschillen gevonden, sindsdien allemaal opgelost
}
words-both-changed = Aan beide kanten gewijzigd
words-first-match = Verschillend bij de eerste koppeling
words-deleted-changed = Verwijderd in { $deleted }, gewijzigd in { $changed }
words-held-deletion = Verwijderd in { $deleted }, tegengehouden
words-ambiguous = Er kunnen er meerdere dezelfde zijn
words-flipping = Verandert telkens terug
words-only-in = Alleen in { $name }
words-different = Verschillend
words-duplicates = Dubbels
words-key-changed = Komt niet meer overeen
words-kind-text = tekst
words-kind-email = e-mail
words-kind-phone = telefoon
words-kind-number = getal
words-kind-boolean = ja / nee
words-kind-date = datum
words-kind-date-time = datum en tijd
words-kind-choice = keuze
words-kind-list = lijst
words-both-ways = in beide richtingen
words-only-from = alleen van { $from } naar { $to }
words-ask-me = vraag het mij
words-wins = { $name } wint
words-newest-wins = de nieuwste wijziging wint
words-not-there = niet aanwezig
words-empty = leeg
