# De teksten van de geschiedenis.

history-undo-reason = je maakte synchronisatie { $run } ongedaan
history-skipped-deleted = { $label }: het record blijft zoals het is, want het werd intussen verwijderd.
history-skipped-field = { $label }: { $field } blijft zoals het is, want het werd intussen gewijzigd.
history-undone-nothing = Synchronisatie { $run } schreef niets, dus viel er niets ongedaan te maken.
history-undone-run = Synchronisatie { $run } is ongedaan gemaakt.
history-undone-write = Eén wijziging van synchronisatie { $run } is ongedaan gemaakt.
history-undone-except = Niet alles: { $list }
history-undone-more = { $count ->
    [one] Nog 1 werd intussen gewijzigd en blijft zoals het is.
   *[other] Nog { $count } werden intussen gewijzigd en blijven zoals ze zijn.
}
history-undone-asks = { $count ->
    [one] 1 vraag staat opnieuw open.
   *[other] { $count } vragen staan opnieuw open.
}
history-undone-held = { $count ->
    [one] 1 record heeft opnieuw geen partner: dat blijft zo tot je beslist. Een vergelijking toont het.
   *[other] { $count } records hebben opnieuw geen partner: dat blijft zo tot je beslist. Een vergelijking toont ze.
}
history-no-write = Die wijziging hoort niet bij synchronisatie { $run }.
history-write-not-done = { $label }: deze wijziging kan niet ongedaan gemaakt worden. Ze mislukte, of is al ongedaan gemaakt.

history-title = Geschiedenis
history-record = Wat is er gebeurd met…
history-find = Zoek het record
history-all-runs = Alle synchronisaties
history-every-pair = Elke koppeling
history-pair = Koppeling
history-every-outcome = Elk resultaat
history-outcome = Resultaat
history-period = Periode
history-any-time = Altijd
history-today = Vandaag
history-week = Laatste 7 dagen
history-month = Laatste 30 dagen
history-between = Tussen twee dagen
history-from = Eerste dag
history-to = Laatste dag
history-how-to-date = Schrijf een dag als 3/11/2026 of 2026-11-03.
history-clear = Toon alles
history-reading = De geschiedenis wordt gelezen…
history-not-read = De geschiedenis kon niet gelezen worden
history-reading-more = Er wordt meer gelezen…
history-none-fit = Niets gevonden
history-none-fit-why = Geen enkele synchronisatie past bij de keuzes hierboven. Klik op Toon alles om ze allemaal te zien.
history-empty = Er is nog niets gebeurd
history-empty-why = Elke synchronisatie wordt hier bewaard en kan ongedaan gemaakt worden.
history-back = Terug naar de lijst
history-count = { $count ->
    [one] 1 synchronisatie
   *[other] { $count } synchronisaties
}
history-run-name = Synchronisatie { $run }: { $outcome }, { $pair }, { $when }
history-pick = Kies een synchronisatie
history-pick-why = Hier zie je dan wat er veranderde, met de waarden ervoor en erna.
history-undo-run = Maak dit ongedaan
history-run-facts = Synchronisatie { $run }, gestart { $trigger }, duurde { $took }: { $did }.
history-undone-by = Ze is ongedaan gemaakt door synchronisatie { $run }.
history-more-failed = { $count ->
    [one] Nog 1 record kon niet geschreven worden; bij de volgende synchronisatie wordt het opnieuw geprobeerd.
   *[other] Nog { $count } records konden niet geschreven worden; bij de volgende synchronisatie wordt het opnieuw geprobeerd.
}
history-reading-writes = De wijzigingen worden gelezen…
history-writes-not-read = De wijzigingen ervan konden niet gelezen worden
history-wrote-nothing = Er werd niets geschreven.
history-search = Zoek in de wijzigingen
history-chip-all = Alle { $count }
history-chip-failed = { $count } mislukt
history-shown = { $count } getoond
history-added = toegevoegd aan { $side }
history-deleted = verwijderd uit { $side }
history-updated = bijgewerkt in { $side }
history-intended = nog niet bekend
history-failed = mislukt
history-undone = ongedaan gemaakt
history-undo-one = Maak ongedaan
history-undo-one-name = Maak ongedaan: { $label }, wijziging { $number }
history-why = Waarom: { $reason }
history-undo-ask = Synchronisatie { $run } ongedaan maken?
history-undo-one-ask = Deze wijziging van { $label } ongedaan maken?
history-looking = Beide lijsten worden bekeken…
history-would-nothing = Er valt niets meer ongedaan te maken.
history-would-update = { $count ->
    [one] 1 record krijgt zijn oude waarden terug in { $side }.
   *[other] { $count } records krijgen hun oude waarden terug in { $side }.
}
history-would-delete = { $count ->
    [one] 1 toegevoegd record wordt weer verwijderd uit { $side }.
   *[other] { $count } toegevoegde records worden weer verwijderd uit { $side }.
}
history-would-create = { $count ->
    [one] 1 verwijderd record komt terug in { $side }.
   *[other] { $count } verwijderde records komen terug in { $side }.
}
history-would-skip = { $count ->
    [one] 1 wijziging blijft zoals ze is:
   *[other] { $count } wijzigingen blijven zoals ze zijn:
}
history-would-skip-more = { $count ->
    [one] en nog 1.
   *[other] en nog { $count }.
}
history-undo-yes = Ja, maak ongedaan
history-undo-no = Nee, ga terug
history-finding = Alles wat er gebeurd is wordt doorzocht…
history-nobody = Niemand gevonden voor “{ $text }”
history-nobody-why = Zoek op een naam, een e-mailadres, een telefoonnummer of een andere waarde die het record ooit had.
history-found = { $count ->
    [one] 1 record
   *[other] { $count } records
}
history-found-more = De eerste { $count } records; schrijf meer van de naam om andere te vinden
history-life-facts = { $count ->
    [0] { $pair }: nooit geschreven
    [one] { $pair }: 1 gebeurtenis
   *[other] { $pair }: { $count } gebeurtenissen
}
history-record-name = Record { $number }: { $label }, { $facts }
history-known-as = In { $side }: { $ids }
history-linked = Beide kanten hebben dit record nu.
history-alone = Nu heeft maar één kant dit record, of geen van beide.
history-never-written = Duosync heeft er nooit iets aan veranderd: het was aan beide kanten hetzelfde.
history-why-run = { $reason } (synchronisatie { $run }, { $trigger })
history-by-you = door jou gestart
history-by-schedule = volgens schema
history-by-answer = jouw antwoord
history-by-undo = ongedaan maken van synchronisatie { $run }
history-sync-asked = Een synchronisatie vroeg je: { $kind }
history-compare-asked = Een vergelijking vroeg je: { $kind }
history-answered = Je antwoordde: { $answer }
history-answer-use = neem { $side }
history-answer-create = voeg het aan de andere kant toe
history-answer-delete = verwijder het uit { $side }
history-answer-same = deze twee zijn dezelfde
history-answer-not-same = deze twee zijn niet dezelfde
history-answer-ignore = laat het zoals het is
history-answer-undone = door jou ongedaan gemaakt, blijft zo tot je beslist
history-closed = De vraag was voorbij
history-closed-left = Je liet het zoals het is
history-closed-synced = Een synchronisatie bracht beide kanten samen
history-go-run = Synchronisatie { $run }
history-go-run-name = Toon synchronisatie { $run }, stap { $number }
