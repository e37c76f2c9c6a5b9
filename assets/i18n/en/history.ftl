# The texts of history.

history-undo-reason = you took run { $run } back
history-skipped-deleted = { $label }: the record is left as it is, because it has been deleted since.
history-skipped-field = { $label }: { $field } is left as it is, because it has been changed since.
history-undone-nothing = Run { $run } wrote nothing, so there was nothing to take back.
history-undone-run = Run { $run } is taken back.
history-undone-write = One write of run { $run } is taken back.
history-undone-except = Not everything: { $list }
history-undone-more = { $count ->
    [one] And 1 more was changed since and is left as it is.
   *[other] And { $count } more were changed since and are left as they are.
}
history-undone-asks = { $count ->
    [one] 1 question is open again.
   *[other] { $count } questions are open again.
}
history-no-write = Run { $run } has no such write.
history-write-not-done = { $label }: this write is not there to be taken back. It failed, or was taken back already.
