# De teksten van de geschiedenis.

history-undo-reason = je draaide run { $run } terug
history-skipped-deleted = { $label }: het record blijft zoals het is, want het werd intussen verwijderd.
history-skipped-field = { $label }: { $field } blijft zoals het is, want het werd intussen gewijzigd.
history-undone-nothing = Run { $run } schreef niets, dus viel er niets terug te draaien.
history-undone-run = Run { $run } is teruggedraaid.
history-undone-write = Eén wijziging van run { $run } is teruggedraaid.
history-undone-except = Niet alles: { $list }
history-undone-more = { $count ->
    [one] En nog 1 werd intussen gewijzigd en blijft zoals het is.
   *[other] En nog { $count } werden intussen gewijzigd en blijven zoals ze zijn.
}
history-undone-asks = { $count ->
    [one] 1 vraag staat opnieuw open.
   *[other] { $count } vragen staan opnieuw open.
}
history-no-write = Run { $run } heeft geen zo'n wijziging.
history-write-not-done = { $label }: deze wijziging kan niet teruggedraaid worden. Ze mislukte, of werd al teruggedraaid.
