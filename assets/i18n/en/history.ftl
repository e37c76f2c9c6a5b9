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
history-undone-held = { $count ->
    [one] 1 record is without its partner again: held until you decide. A compare shows it.
   *[other] { $count } records are without their partner again: held until you decide. A compare shows them.
}
history-no-write = Run { $run } has no such write.
history-write-not-done = { $label }: this write is not there to be taken back. It failed, or was taken back already.

history-title = History
history-record = What happened to…
history-find = Find the record
history-all-runs = All syncs
history-every-pair = Every connection
history-pair = Connection
history-every-outcome = Every outcome
history-outcome = Outcome
history-period = Period
history-any-time = Any time
history-today = Today
history-week = Last 7 days
history-month = Last 30 days
history-between = Between two days
history-from = First day
history-to = Last day
history-how-to-date = Write a day as 2026-11-03 or 3/11/2026.
history-clear = Show everything
history-reading = Reading the history…
history-not-read = The history could not be read
history-reading-more = Reading more…
history-none-fit = Nothing fits
history-none-fit-why = No sync is as the choices above say. Press Show everything to see all of them.
history-empty = Nothing has been done yet
history-empty-why = Every sync is kept here, and can be undone.
history-back = Back to the list
history-count = { $count ->
    [one] 1 sync
   *[other] { $count } syncs
}
history-run-name = Run { $run }: { $outcome }, { $pair }, { $when }
history-pick = Pick a run
history-pick-why = Its changes are shown here, with the values before and after.
history-undo-run = Undo this run
history-run-facts = Run { $run }, started { $trigger }, took { $took }: { $did }.
history-undone-by = It was undone by run { $run }.
history-more-failed = { $count ->
    [one] 1 more record could not be written; it is tried again at the next sync.
   *[other] { $count } more records could not be written; they are tried again at the next sync.
}
history-reading-writes = Reading its changes…
history-writes-not-read = Its changes could not be read
history-wrote-nothing = It wrote nothing.
history-search = Search its changes
history-chip-all = All { $count }
history-chip-failed = { $count } failed
history-shown = { $count } shown
history-added = added to { $side }
history-deleted = deleted from { $side }
history-updated = updated in { $side }
history-intended = not known yet
history-failed = failed
history-undone = undone
history-undo-one = Undo
history-undo-one-name = Undo: { $label }, change { $number }
history-why = Why: { $reason }
history-undo-ask = Undo run { $run }?
history-undo-one-ask = Undo this change of { $label }?
history-looking = Looking at both lists…
history-would-nothing = There is nothing left to take back.
history-would-update = { $count ->
    [one] 1 record gets its old values back in { $side }.
   *[other] { $count } records get their old values back in { $side }.
}
history-would-delete = { $count ->
    [one] 1 record that was added is deleted from { $side }.
   *[other] { $count } records that were added are deleted from { $side }.
}
history-would-create = { $count ->
    [one] 1 record that was deleted comes back in { $side }.
   *[other] { $count } records that were deleted come back in { $side }.
}
history-would-skip = { $count ->
    [one] 1 change stays as it is:
   *[other] { $count } changes stay as they are:
}
history-would-skip-more = { $count ->
    [one] and 1 more.
   *[other] and { $count } more.
}
history-undo-yes = Yes, undo it
history-undo-no = No, go back
history-finding = Looking through everything that was done…
history-nobody = Nobody found for “{ $text }”
history-nobody-why = Look for a name, an email address, a phone number or any value that the record once had.
history-found = { $count ->
    [one] 1 record
   *[other] { $count } records
}
history-found-more = The first { $count } records; write more of the name to find others
history-life-facts = { $count ->
    [0] { $pair }: never written
    [one] { $pair }: 1 event
   *[other] { $pair }: { $count } events
}
history-record-name = Record { $number }: { $label }, { $facts }
history-known-as = In { $side }: { $ids }
history-linked = Both sides have this record now.
history-alone = Only one side has this record now, or neither.
history-never-written = Duosync has never written anything to it: it was the same on both sides.
history-why-run = { $reason } (run { $run }, { $trigger })
history-by-you = started by you
history-by-schedule = by schedule
history-by-answer = your answer
history-by-undo = undo of run { $run }
history-sync-asked = A sync asked you: { $kind }
history-compare-asked = A compare asked you: { $kind }
history-answered = You answered: { $answer }
history-answer-use = use { $side }
history-answer-create = add it to the other side
history-answer-delete = delete it from { $side }
history-answer-same = these two are the same
history-answer-not-same = these two are not the same
history-answer-ignore = leave it as it is
history-answer-undone = taken back by you, held until you decide
history-closed = The question was over
history-closed-left = You left it as it is
history-closed-synced = A sync brought both sides together
history-go-run = Run { $run }
history-go-run-name = Show run { $run }, step { $number }
