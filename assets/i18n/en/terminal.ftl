# What the terminal answers. The keys and words of --json are not here: they stay the same in every language.

terminal-next = Next: { $command }
terminal-did-you-mean = ; did you mean "{ $name }"?
terminal-there-is = ; there is { $names }.
terminal-accounts = { $count ->
    [one] account
   *[other] accounts
} { $names }
terminal-pairs = { $count ->
    [one] pair
   *[other] pairs
} { $names }
terminal-nothing = nothing
terminal-added = { $count } added to { $account }
terminal-updated = { $count } updated in { $account }
terminal-deleted = { $count } deleted from { $account }
terminal-nothing-to-do = nothing to do: no change to carry across
terminal-nothing-to-write = nothing to write
terminal-a-preview = a preview, nothing has been written
terminal-nothing-written = nothing was written
terminal-run-failed = The run failed.
terminal-run-partial = Some records could not be written; they are tried again.
terminal-run-stopped = The run was stopped.
terminal-set-aside = { $count ->
    [one] 1 record was
   *[other] { $count } records were
} set aside for a reason.
terminal-things-wait = { $count ->
    [one] 1 thing waits
   *[other] { $count } things wait
} for you.
terminal-mismatches-wait = { $count ->
    [one] 1 mismatch waits
   *[other] { $count } mismatches wait
} for you.
terminal-head-account = Account
terminal-head-record = Record
terminal-head-field = Field
terminal-head-fields = Fields
terminal-head-what = What
terminal-head-why = Why
terminal-head-what-is-wrong = What is wrong
terminal-head-what-asked = What will be asked
terminal-head-records = Records
terminal-head-id = Id
terminal-head-run = Run
terminal-head-pair = Pair
terminal-head-started = Started
terminal-head-outcome = Outcome
terminal-head-number = No
terminal-head-side = Side
terminal-head-before-after = Before → after
terminal-head-state = State
terminal-head-when = When
terminal-add-in = add in { $account }
terminal-update-in = update in { $account }
terminal-delete-in = delete in { $account }
terminal-would-write-nothing = It would write nothing.
terminal-would-do = It would do this:
terminal-would-ask = It would ask:
terminal-would-set-aside = Set aside:
terminal-records-in = Records in { $account }
terminal-belong-together = Belong together
terminal-only-in-many = Only in { $account }
terminal-fields-differ = Fields differ
terminal-same-key-many = Several with the same key
terminal-key-changed-many = Linked, but the key changed
terminal-left = Left as they are by you
terminal-agree = Both sides agree.
terminal-only-in = only in { $account }
terminal-differs = differs
terminal-same-key = same key
terminal-key-changed = key changed
terminal-nothing-waits = Nothing waits for you.
terminal-answer-one = Answer one: { $command }  (or b, or ignore)
terminal-answer-two = Say which two belong together: { $command }  (or --use not-same, or --use ignore)
terminal-answer-none = Set it right in the account, where one of them may be too many, or leave it: { $command }
terminal-ids = ids: { $ids }
terminal-ids-more = ids: { $ids } and { $more } more
terminal-value-nothing = (nothing)
terminal-value-empty = (empty)
terminal-side-of = ({ $side } of { $pair })
terminal-all-well = all well
terminal-not-well = not well
terminal-step-failed = failed: { $what }: { $why }
terminal-step-ok = ok: { $what }: { $found }
terminal-fields-are = fields: { $fields }
terminal-more-rows = … and { $count } more; --json has them all.
terminal-runs-shown = { $shown } of { $total } runs; --limit shows more.
terminal-say-record = Say which record: a name, a value or an id.
terminal-nothing-known = Nothing is known of a record that holds "{ $text }".
terminal-more-records = There are more records like this; write more of its name, or set --limit.
terminal-no-write = Run { $run } has no write { $number }. Its writes: { $command }
terminal-no-runs = Nothing has run yet.
terminal-undone-by = undone by { $run }
terminal-signs = + added, ~ updated, - deleted.
terminal-what-run-wrote = What a run wrote: { $command }
terminal-take-back = Take one back: { $command }
terminal-by-hand = by hand
terminal-by-schedule = schedule
terminal-by-answer = your answer
terminal-by-undo = undo of { $run }
terminal-wrote-nothing = This run wrote nothing.
terminal-take-write-back = Take one write back: { $command }
terminal-write-unknown = not known yet
terminal-write-done = done
terminal-write-failed = failed
terminal-write-undone = taken back
terminal-never-written-linked = Both sides have it and were the same from the start: nothing was ever written to it.
terminal-never-written = It is known, and nothing was ever written to it.
terminal-life-wrote = { $what } in { $account } (run { $run }, { $why })
terminal-life-write = { $reason } (write { $number })
terminal-life-sync-asked = a sync asked (question { $number })
terminal-life-compare-asked = a compare asked (question { $number })
terminal-life-answered = you answered (question { $number })
terminal-life-settled = settled (question { $number })
terminal-life-settled-by = { $how } (run { $run })
terminal-answer-use = use { $account }
terminal-answer-create = add it to the other side
terminal-answer-delete = delete it from { $account }
terminal-answer-link = they are the same
terminal-answer-not-same = they are not the same
terminal-answer-ignore = leave it as it is
terminal-kind-create = create
terminal-kind-update = update
terminal-kind-delete = delete
terminal-outcome-done = done
terminal-outcome-partial = partial
terminal-outcome-waiting = waiting
terminal-outcome-failed = failed
terminal-outcome-cancelled = cancelled
terminal-outcome-running = running
terminal-outcome-preview = preview
terminal-no-answer = This is not a command with one answer.
terminal-copy-in = The copy is in { $file }. Go back to it with duosync restore.
terminal-match-anew-ask = Duosync would forget which records of { $pair } go together and what both sides last agreed on. Nothing is changed in either list. The next sync matches the records anew, shows first what it would do, and asks wherever the two sides differ; a deletion that was not carried across yet looks like a new record on the other side. A copy of what is remembered is kept. To go on: { $command }
terminal-match-anew-done = It is forgotten which records of { $pair } go together. The next sync matches them anew and shows first what it would do. To go back: duosync restore { $file }
terminal-person-say = Say whom: a name, an email, or any value of the person.
terminal-person-no-such =
    { $count ->
        [one] There is no number { $number }: one record was found.
       *[other] There is no number { $number }: { $count } records were found.
    }
terminal-person-which = Several records fit. Say with --only N, once for each, which are this person:
terminal-person-ask =
    Erasing cannot be undone; nothing has been erased yet. The same is erased in the copies in Duosync's folder.
    Next: { $command }
terminal-person-elsewhere = Copies and reports that you keep in other places still hold it.
terminal-diagnostics = Written to { $file }. It holds no personal data and no passwords.
terminal-unexpected = Duosync answered something that was not asked. Please report this, with the output of -vv.
terminal-no-pair-yet = There is no pair yet. Bring one in with `{ $command }`, or look at the sample with `duosync demo`.
terminal-no-such-pair = There is no pair "{ $name }"{ $meant }
terminal-imported = Added or replaced: { $names }.
terminal-exported = Written to { $file }. It holds no password.
terminal-no-file = "{ $file }" cannot be a file: { $why }
terminal-nothing-done = Nothing had to be done.
terminal-which-report = There are several pairs: name the one whose report is to be written.
terminal-report-ending = The name of a report ends in .csv, .xlsx or .html.
terminal-report-in = The report is in { $file }
terminal-sample = This is a sample of made-up people, in { $folder }.
terminal-sample-sync = Sync
terminal-sample-compare = Compare
terminal-sample-waits = What waits for you
terminal-no-matter = Nothing with the id { $id } waits for you (any more). `duosync conflicts` shows what does.
terminal-matter-no-field = Matter { $id } has no field "{ $name }"{ $meant }
terminal-say-how = Say how: --use a, --use b, --use ignore or --value TEXT.
terminal-name-field = Name the field that gets this value: --field NAME --value TEXT.
terminal-field-goes-with = --field goes with --use a, --use b or --value TEXT.
terminal-ids-go-with = --a and --b go with --use link or --use not-same.
terminal-one-at-a-time = Two records are answered for one id at a time.
terminal-not-about = "{ $id }" is not one of the records of { $side } that this is about: { $ids }.
terminal-name-two = Name the two records: --use link --a A_ID --b B_ID.
terminal-nothing-to-try = There is nothing to try.
terminal-set-takes = --set takes KEY=VALUE, and "{ $setting }" has no =
terminal-variable-empty = The environment variable { $name } holds nothing.
terminal-not-read = { $file } cannot be read: { $why }
terminal-other-lists = To read one of the lists, add --list with one of: { $lists }
terminal-there-already = { $file } is there already; it was left as it is.
terminal-not-written = { $file } could not be written: { $why }
terminal-manifest-start = { $file } holds a commented start. Check it with: duosync connector check { $file }
terminal-manifest-describes = { $file } describes { $name } (connector = "{ $kind }").
terminal-password-of = Password of { $account }:
terminal-password-forgotten = The password of { $account } is forgotten.
terminal-password-in-variable = The password of { $account } comes from the environment variable { $variable }, so it is set there.
terminal-password-asked = The password of { $account } is asked for at each start, so it is kept nowhere. To keep it, write password = {"{"} keyring = true {"}"} or {"{"} file = true {"}"} for this account in a settings file and import it.
terminal-no-password = { $account } has no password. Write password = {"{"} keyring = true {"}"} or {"{"} file = true {"}"} for this account in a settings file and import it.
terminal-password-none = No password was entered. Nothing was changed.
terminal-password-in-keyring = The password of { $account } is kept in the keyring.
terminal-password-in-file = The password of { $account } is kept in the encrypted file.
terminal-no-secret-file = There was no encrypted file of passwords.
terminal-secret-file-aside = The old file is now { $file }. Choose a new passphrase with `duosync passphrase`, then enter the passwords again with `duosync password ACCOUNT`.
terminal-secret-file-made = The encrypted file is made. Write down its passphrase: without it nobody can open it.
terminal-passphrase-changed = The passphrase is changed.
terminal-open-browser = Open this address in a browser on this computer, and sign in there:
terminal-signed-in = { $account } is signed in.
terminal-no-passphrase = No passphrase has been chosen yet for the encrypted file. Choose one with `duosync passphrase`, or set { $variable }.
terminal-locked = The encrypted file of passwords is locked. Set { $variable } to its passphrase, or run this in a terminal.
terminal-passphrase = Passphrase of the encrypted file:
terminal-new-passphrase = New passphrase:
terminal-again = The same again:
terminal-not-the-same = The two are not the same. Nothing was changed.
terminal-no-input = Standard input cannot be read: { $why }
terminal-no-prompt = Nothing could be asked at this terminal: { $why }
terminal-watching = Watching { $count ->
    [one] 1 pair
   *[other] { $count } pairs
}. Stop with Ctrl-C; a run that is stopped is finished or repaired by the next one.
terminal-watch-no-password = { $account } takes no part: its password is asked for at each start, at a terminal or in Duosync's window. For a script put it into an environment variable (password = {"{"} env = "NAME" {"}"}).
terminal-watch-locked = { $account } takes no part: its password is in the encrypted file, which is locked. Set DUOSYNC_PASSPHRASE.
terminal-watch-signed-out = { $account } takes no part: it is not signed in. Sign in with `duosync signin "{ $account }"`.
terminal-stopped-working = Duosync has stopped working in the background. Start it again.
terminal-stopping = (stopping)
terminal-no-display = There is no display for the window here; try `duosync demo`, or `duosync --help`.
terminal-restored = Gone back to { $file }. What was there is kept in { $kept }. The next sync of each pair shows what it would do first.
terminal-no-folder = "{ $folder }" cannot be a folder: { $why }
terminal-no-home = No home folder is known here, so name one: duosync --workspace DIR
terminal-own-mistake = Duosync made a mistake{ $place }. Your records are safe: what was being done is finished or repaired by the next sync. Please report it, with the output of -vv.
terminal-no-account = There is no account "{ $name }"{ $meant }
terminal-answer-undone = taken back by you, held until you decide
