# The texts of review.

review-title = Nakijken
review-failed = De lijst kon niet doorzocht worden
review-loading = Een ogenblik
review-loading-text = Duosync kijkt wat er op je wacht.
review-empty = Er wacht niets op je
review-empty-text = Vragen en verschillen komen hier te staan zodra ze er zijn.
review-back = Terug naar de lijst
review-nothing-picked = Er is niets gekozen
review-pick = Kies een record in de lijst.
review-settling = Wordt uitgevoerd…
review-settling-text = Je antwoord wordt uitgevoerd.
review-reading-record = Het record wordt gelezen…
review-search = Zoek in de lijst
review-shown = { $count } getoond
review-shown-ticked = { $count } getoond, { $ticked } aangevinkt
review-untick = Uitvinken
review-untick-hint = Alle vinkjes weghalen (Esc)
review-none-found = Niets past bij wat je zoekt.
review-show-all = Alles tonen
review-every-pair = Elke koppeling
review-pair = Koppeling
review-every-kind = Elke soort
review-kind = Soort
review-every-field = Elk veld
review-field = Veld
review-any-age = Elke leeftijd
review-last-day = Laatste 24 uur
review-last-week = Laatste 7 dagen
review-older = Ouder dan een week
review-age = Leeftijd
review-sort = Volgorde
review-sort-oldest = Oudste eerst
review-sort-newest = Nieuwste eerst
review-sort-name = Op naam
review-sort-kind = Op soort
review-sort-fields = Meeste velden eerst
review-tick = { $name } aanvinken
review-row =
    { $fields ->
        [0] { $name }: { $what }, { $a } en { $b }
        [one] { $name }: { $what }, 1 veld, { $a } en { $b }
       *[other] { $name }: { $what }, { $fields } velden, { $a } en { $b }
    }
review-row-settling = wordt uitgevoerd…
review-bulk-one-pair = Kies één koppeling om er veel tegelijk te beantwoorden.
review-bulk-use-shown = Neem { $account } voor de { $count } getoonde
review-bulk-use-ticked = Neem { $account } voor de { $count } aangevinkte
review-bulk-use-title =
    { $count ->
        [one] { $account } nemen voor 1 record?
       *[other] { $account } nemen voor { $count } records?
    }
review-bulk-use-text =
    { $count ->
        [one] De waarden van { $account } worden voor 1 record geschreven.
       *[other] De waarden van { $account } worden voor { $count } records geschreven.
    }
review-bulk-used =
    { $count ->
        [one] { $account } genomen voor 1 record
       *[other] { $account } genomen voor { $count } records
    }
review-bulk-left =
    { $count ->
        [one] 1 van een andere soort blijft open, omdat dit antwoord het niet oplost.
       *[other] { $count } van een andere soort blijven open, omdat dit antwoord ze niet oplost.
    }
review-bulk-undo = Elke overschreven waarde blijft in de geschiedenis, en je kunt het meteen ongedaan maken.
review-bulk-yes =
    { $count ->
        [one] Ja, voor 1 record
       *[other] Ja, voor { $count } records
    }
review-bulk-more = Meer voor velen…
review-bulk-create =
    { $count ->
        [one] Voeg de 1 ontbrekende toe aan { $account }
       *[other] Voeg de { $count } ontbrekende toe aan { $account }
    }
review-bulk-create-title =
    { $count ->
        [one] 1 record toevoegen aan { $account }?
       *[other] { $count } records toevoegen aan { $account }?
    }
review-bulk-create-text =
    { $count ->
        [one] 1 record dat alleen de andere kant heeft, wordt aan { $account } toegevoegd.
       *[other] { $count } records die alleen de andere kant heeft, worden aan { $account } toegevoegd.
    }
review-bulk-created =
    { $count ->
        [one] 1 record toegevoegd aan { $account }
       *[other] { $count } records toegevoegd aan { $account }
    }
review-bulk-ignore =
    { $count ->
        [one] Negeer deze 1 tot er iets wijzigt
       *[other] Negeer deze { $count } tot er iets wijzigt
    }
review-bulk-ignore-title =
    { $count ->
        [one] 1 record negeren tot er iets wijzigt?
       *[other] { $count } records negeren tot er iets wijzigt?
    }
review-bulk-ignore-text = Er wordt niets geschreven. Elk komt terug zodra een kant wijzigt.
review-bulk-ignored =
    { $count ->
        [one] 1 record blijft zoals het is
       *[other] { $count } records blijven zoals ze zijn
    }
review-settled = { $name } opgelost
review-settled-use = { $name }: { $account } genomen
review-taken-back = Het staat weer open.
review-changed = gewijzigd { $when }
review-changed-by = gewijzigd { $when } door { $by }
review-use = Neem { $account }
review-create = Toevoegen aan { $account }
review-delete = Verwijderen uit { $account }
review-delete-text = { $name } wordt verwijderd uit { $account }. Duosync bewaart het volledig, zodat het teruggezet kan worden.
review-delete-yes = Ja, verwijder het
review-same = Deze twee zijn dezelfde
review-same-as = Deze twee zijn dezelfde: { $name }
review-not-same = Niet dezelfde
review-not-same-as = Niet dezelfde: { $name }
review-ignore = Negeer tot er iets wijzigt
review-alike = { $percent } % gelijkend: { $reasons }
review-alike-same = zelfde { $field }
review-alike-part = deel van { $field }
review-alike-close = gelijkend { $field }
review-partners = Misschien is het een van deze in { $account }:
review-result = Resultaat
review-before = vroeger: { $value }
review-pick-or-type = kies een kant of typ
review-result-of = { $field }: resultaat
review-use-value = { $field }: neem { $account }
review-pick-records = Kies aan elke kant het record dat hetzelfde is, of laat ze zoals ze zijn.
review-no-record = geen
review-record = Record { $id }
review-the-record = Het record
review-the-same = Aan beide kanten gelijk
review-apply = Toepassen
review-apply-first = Kies eerst een waarde voor een veld.
review-keys = Toetsen: A, B nemen een kant, Enter past toe, J, K gaan verder, Z maakt ongedaan.
review-bulk-none = Geen hiervan kan zo worden opgelost. Open ze één voor één.
