# Words that every page uses: times, counts, states, kinds.

words-just-now = just now
words-minutes-ago = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
words-hours-ago = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
words-days-ago = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}
words-on = on { $when }
words-soon = in less than a minute
words-in-minutes = { $count ->
    [one] in 1 minute
   *[other] in { $count } minutes
}
words-in-hours = { $count ->
    [one] in 1 hour
   *[other] in { $count } hours
}
words-left-seconds = less than a minute left
words-left-minutes = { $count ->
    [one] about 1 minute left
   *[other] about { $count } minutes left
}
words-left-hours = { $count ->
    [one] about 1 hour left
   *[other] about { $count } hours left
}
# Twelve short names of months, apart by spaces.
words-months = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
words-day = { $day } { $month } { $year }
words-day-month-first = { $month } { $day }, { $year }
words-moment = { $day }, { $time }
words-under-a-second = under a second
words-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
words-minutes-seconds = { $minutes } min { $seconds } s
words-progress-of = { $step }: { $done } of { $total }
words-progress = { $step }: { $done }
words-added = { $count } added to { $name }
words-updated = { $count } updated in { $name }
words-deleted = { $count } deleted from { $name }
words-run-running = going on
words-run-preview = made a preview; nothing was written
words-run-failed = it failed
words-run-stopped = stopped by you before anything was written
words-run-stopped-after = stopped by you after { $wrote }
words-run-nothing = nothing to do
words-run-questions = { $count ->
    [one] 1 question for you
   *[other] { $count } questions for you
}
words-run-not-written = { $count ->
    [one] 1 record could not be written and will be tried again
   *[other] { $count } records could not be written and will be tried again
}
words-by-you = by you
words-by-schedule = by schedule
words-to-settle = to settle your answers
words-to-undo = to undo a run
words-outcome-running = Going on
words-outcome-done = Done
words-outcome-waiting = Waiting for you
words-outcome-preview = Preview
words-outcome-partial = Partly done
words-outcome-failed = Failed
words-outcome-stopped = Stopped
words-questions = { $count ->
    [one] 1 question
   *[other] { $count } questions
}
words-differences = { $count ->
    [one] 1 difference
   *[other] { $count } differences
}
words-questions-and-differences = { $questions } and { $differences }
words-found = { $count ->
    [one] 1 difference found
   *[other] { $count } differences found
}
words-found-open = { $count ->
    [one] 1 difference found, { $open } open now
   *[other] { $count } differences found, { $open } open now
}
words-found-settled = { $count ->
    [one] 1 difference found, settled since
   *[other] { $count } differences found, all settled since
}
words-both-changed = Changed on both sides
words-first-match = Different at first match
words-deleted-changed = Deleted in { $deleted }, changed in { $changed }
words-held-deletion = Deleted in { $deleted }, held back
words-ambiguous = Several may be the same
words-flipping = Keeps changing back
words-only-in = Only in { $name }
words-different = Different
words-duplicates = Duplicates
words-key-changed = No longer matches
words-kind-text = text
words-kind-email = email
words-kind-phone = phone
words-kind-number = number
words-kind-boolean = yes / no
words-kind-date = date
words-kind-date-time = date and time
words-kind-choice = choice
words-kind-list = list
words-both-ways = both ways
words-only-from = only from { $from } to { $to }
words-ask-me = ask me
words-wins = { $name } wins
words-newest-wins = the newest change wins
words-not-there = not there
words-empty = empty
