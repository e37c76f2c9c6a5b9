# The texts of Home.

home-title = Home
home-connect = Connect two accounts
home-connect-what = Your own lists: a file and an address book, for example.
home-sample = Try the sample
home-sample-what = Two made-up lists, to see how it works. Nothing of yours is used.
home-empty-title = Keep two lists in step
home-empty-what = Duosync carries changes between two accounts, in both directions, on this computer.
home-empty-how = It shows you first what it would do, and asks about what it cannot decide.
home-names = { $a } and { $b }
home-count = { $count } connections: { $parts }.
home-count-in-step = { $count } in step
home-count-waiting = { $count ->
    [one] 1 waits for you
   *[other] { $count } wait for you
}
home-count-failing = { $count ->
    [one] 1 fails
   *[other] { $count } fail
}
home-count-busy = { $count } new or at work
home-button-of = { $button }: { $pair }
home-ready = Ready for its first sync
home-new = New
home-in-step = In step
home-working = Working
home-waiting = Waiting for you
home-waiting-for = Waiting for you: { $what }
home-failing = Failing since { $when }
home-never = Not synced yet.
home-last = Last sync { $when }: { $what }.
home-next = Next sync { $when }.
home-next-soon = The next sync follows soon.
home-next-manual = Syncs only when you press Sync now.
home-next-paused = Paused: it syncs only when you press Sync now.
home-next-first = Its first sync shows you what it would do before it writes.
home-next-password = It waits for the password of { $account }.
home-compared-same = Compared { $when }: both sides agree.
home-compared = Compared { $when }: { $found }.
home-run = { $when }: { $what }
home-runs = { $count ->
    [one] The last run: { $failed } failed, at most { $most } written at once
   *[other] The last { $count } runs: { $failed } failed, at most { $most } written at once
}
home-starting = Starting
home-step-left = { $step }, { $left }
home-stopping = Stopping safely…
home-cancel = Cancel
home-enter-password = Enter the password
home-review-first = Review first sync
home-review-questions = { $count ->
    [one] Review 1 question
   *[other] Review { $count } questions
}
home-review-differences = { $count ->
    [one] Review 1 difference
   *[other] Review { $count } differences
}
home-review-all = Review all { $count }
home-sync = Sync now
home-compare = Compare now
home-pause = Pause
home-go-on = Go on
home-change = Change
home-remove = Remove
home-remove-title = Remove { $pair }?
home-remove-text = Duosync forgets this connection and its history. Nothing in { $a } or { $b } is touched.
home-remove-yes = Remove the connection
home-sample-ready = The sample is ready. Press Sync now to see what it would do.
