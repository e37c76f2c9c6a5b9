# The texts of setup.

suggest-split-name = one side has the full name in one field, the other in a given and a family name
suggest-same-meaning = “{ $a }” and “{ $b }” mean the same
suggest-same-name = “{ $name }” has the same name on both sides
suggest-same-values = { $count } of the values are the same in both lists
suggest-both-emails = both hold email addresses
suggest-both-phones = both hold telephone numbers
suggest-similar-names = “{ $a }” and “{ $b }” are written much alike

setup-check-reach = reach it
setup-check-answers = it answers
setup-check-sign-in = sign in
setup-check-accepted = accepted
setup-check-settings = read the settings
setup-check-lists = find the lists
setup-check-one-list = 1 list: { $name }
setup-check-lists-found = { $count } lists
setup-check-no-list = The account has no list that records could be in. Make one there first, then try again.
setup-check-choose = choose the list
setup-check-several = The account has several lists: say which of them the pair uses ({ $names }).
setup-check-fields = read fields
setup-check-fields-found = { $count ->
    [one] 1 field
   *[other] { $count } fields
}
setup-check-records = read records
setup-check-records-found = { $total ->
    [one] 1 record
   *[other] { $shown } shown of { $total } records
}
setup-check-no-records = { $list } is empty
setup-check-missing-fields = The pair uses fields that are not there: { $names }.
setup-check-nearest = { $name } (is it { $nearest }?)
setup-check-reading = Reading { $account }
setup-check-stopped = You stopped it. Nothing was changed.
setup-mistake = Duosync made a mistake while it looked at the records. Nothing was changed. Please report it.

# The frame of the assistant.
setup-title = Connect two accounts
setup-title-edit = Change the connection
setup-close = Close
setup-restart = Start over
setup-restart-title = Start over?
setup-restart-text = What you have filled in here is thrown away. Nothing in your accounts is touched.
setup-restart-yes = Yes, start over
setup-step-first = 1  First account
setup-step-second = 2  Second account
setup-step-fields = 3  Fields
setup-step-rules = 4  Rules
setup-step-look = 5  First look
setup-back = Back
setup-continue = Continue
setup-finish = Save and show the preview
setup-saving = Saving and making the preview…
setup-making-preview = Reading both sides to show what the first sync would do…
setup-look-again = Make the preview again
setup-nothing-written = Nothing is written yet: you see first what would happen.
setup-again = Try again
setup-leave = Leave the assistant
setup-choose = Choose…
setup-empty = empty
setup-pair-name = { $a } and { $b }

# The accounts.
setup-which-first = Which is the first account?
setup-which-second = Which is the second account?
setup-yours = One that you have already:
setup-or-new = Or a new one:
setup-pick-kind = Where is the list that you want to keep the same?
setup-search-kinds = Search the kinds of accounts
setup-no-kind = There is no such kind of account. Try another word, such as the maker's name or “file”.
setup-other-kind = Choose another
setup-optional = { $what } (if there is one)
setup-more = More settings
setup-browse = Browse…
setup-call-it = What do you call it?
setup-as-saved = as it was saved
setup-variable = Name of the environment variable
setup-kept = { $what }:
setup-keep-keyring = kept in this computer's keyring
setup-keep-ask = asked each time Duosync starts
setup-keep-env = in an environment variable
setup-not-kept = The password is not kept yet: { $why }. Choose another way here.
setup-keep-file = kept in this workspace's encrypted file
setup-client-secret = Client secret
setup-client-secret-help = Only where the platform gave you one with the client ID.
setup-sign-in = Sign in
setup-sign-in-again = Sign in again
setup-signed-in = You are signed in.
setup-browser-opens = Your browser opens; come back here when you have signed in there.
setup-passphrase = Passphrase of the encrypted file
setup-file-absent = Choose a passphrase for a file of passwords in this workspace. Duosync asks for it once after each start.
setup-file-locked = Duosync needs it to open the file of passwords.
setup-file-make = Make the file
setup-file-unlock = Open the file
setup-file-open = The file of passwords is open.
setup-missing = Fill in “{ $what }” first.
setup-missing-kind = Choose the kind of account first.
setup-missing-variable = Type the name of the environment variable.
setup-account-taken = There is an account called { $name } already. Choose another name.
setup-same-account = Both accounts are the same list. Pick another one.
setup-try = Try connection
setup-try-first = Try the connection first.
setup-try-reads = Reads the records, and writes nothing.
setup-as-it-was-saved = As it was saved.
setup-trying = Trying
setup-trying-now = { $what }…
setup-stop = Stop
setup-which-list = Which list?
setup-list = List
setup-list-first = Choose the list to use.
setup-list-read-only = { $list } (cannot be changed)
setup-dialog-folder = The folder of this account

# The fields.
setup-which-field = Which field is which?
setup-only-these = Only the fields paired here are kept the same. Everything else of a record stays as it is.
setup-reading = Reading the fields of both sides…
setup-wait-fields = The fields of both sides are read first.
setup-head = { $count ->
    [one] { $account }, 1 record
   *[other] { $account }, { $count } records
}
setup-no-rows = No fields are paired yet. Pick one on the left and one on the right below.
setup-slot = Row { $row }, { $account }: { $field }
setup-field = { $account }: { $field }
setup-row-direction = Row { $row }: { $way }
setup-row-key = Row { $row }: match by it
setup-row-key-hint = Two records are the same when this field is the same. An email address is best.
setup-row-details = Row { $row }: { $text }
setup-row-remove = Remove row { $row }
setup-row-what = Row { $row }: { $what }
setup-key-on = matches by it
setup-key-off = match?
setup-details = Details
setup-less = Close
setup-suggested = Suggested: { $why }.
setup-loose = Not paired
setup-loose-how = Drag a field onto the one on the other side that is the same, or pick one and then the other.
setup-loose-picked = Now pick the field of { $account } that is the same as “{ $field }”.
setup-find-field = Find a field
setup-read-again = Read the fields again
setup-all-paired = All are paired.
setup-none-found = Nothing found.
setup-lacking = { $account } refuses new records without “{ $field }”, which nothing fills yet. Pair it, or let no new records be added there.
setup-board-empty = Pair at least one field.
setup-board-unpicked = Pick a field on both sides of every row, or remove the row.
setup-board-no-key = Choose at least one field to match records by (email is best).
setup-board-no-words = Say for “{ $field }” which word of one side is which of the other.
setup-board-no-template = Write the text that fills “{ $field }”.
setup-field-of = field of { $account }
setup-field-of-too = field { $number } of { $account }
setup-given-of = given name in { $account }
setup-family-of = family name in { $account }
setup-kind = kind
setup-direction = direction
setup-transform = made over
setup-as-it-is = as it is
setup-split = full name, in two fields of { $account }
setup-template = a text of several fields
setup-template-text = text
setup-template-insert = insert a field
setup-write = writing
setup-write-replace = replaces what is there
setup-write-fill = fills only what is empty
setup-write-add = adds to the list
setup-both-changed = both changed
setup-as-rules = as the rules say
setup-region = country of numbers without a country code
setup-date-form = dates in { $account }
setup-date-as-given = as they come
setup-separator = between items in { $account }
setup-yes-in = yes in { $account }
setup-no-in = no in { $account }
setup-default = if empty, write in { $account }
setup-words = Which word is which:
setup-word = Row { $row }: word { $number } of { $account }
setup-word-remove = Row { $row }: remove word { $number }
setup-word-add = Add a word
setup-words-fill = Fill in from the records
setup-words-there = In { $account }: { $words }
setup-looking = Looking at the real records…
setup-would-get = What { $to } would get from { $from }:
setup-no-values = No record holds anything here.
setup-warned = { $count ->
    [one] 1 problem
   *[other] { $count } problems
}
setup-show-records = Show the records
setup-warned-records = Row { $row }: the records of problem { $number }
setup-warned-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
setup-warn-refused = { $count ->
    [one] 1 record of { $from } cannot be carried over: { $why }
   *[other] { $count } records of { $from } cannot be carried over: { $why }
}
setup-warn-read-only = { $count ->
    [one] “{ $field }” cannot be changed in { $to }, so the value of 1 record of { $from } would not arrive.
   *[other] “{ $field }” cannot be changed in { $to }, so the values of { $count } records of { $from } would not arrive.
}
setup-warn-choices = { $count ->
    [one] 1 record of { $from } holds a word that “{ $field }” of { $to } does not take.
   *[other] { $count } records of { $from } hold a word that “{ $field }” of { $to } does not take.
}
setup-warn-long = { $count ->
    [one] 1 record of { $from } is too long: “{ $field }” of { $to } takes { $most } characters.
   *[other] { $count } records of { $from } are too long: “{ $field }” of { $to } takes { $most } characters.
}
setup-warn-required = { $count ->
    [one] 1 record of { $from } is empty here, and { $to } refuses new records without “{ $field }”.
   *[other] { $count } records of { $from } are empty here, and { $to } refuses new records without “{ $field }”.
}
setup-warn-email = { $count ->
    [one] 1 record of { $from } holds no email address.
   *[other] { $count } records of { $from } hold no email address.
}
setup-warn-phone = { $count ->
    [one] 1 record of { $from } holds no telephone number that is known; it is carried over as it is. Fill in the country below if numbers have no country code.
   *[other] { $count } records of { $from } hold no telephone number that is known; they are carried over as they are. Fill in the country below if numbers have no country code.
}
setup-warn-number = { $count ->
    [one] 1 record of { $from } holds no number.
   *[other] { $count } records of { $from } hold no number.
}
setup-warn-boolean = { $count ->
    [one] 1 record of { $from } holds neither yes nor no.
   *[other] { $count } records of { $from } hold neither yes nor no.
}
setup-warn-date = { $count ->
    [one] 1 record of { $from } holds no date.
   *[other] { $count } records of { $from } hold no date.
}
setup-warn-no-key = { $count ->
    [one] 1 record of { $from } has no “{ $field }”, so it cannot be matched by it.
   *[other] { $count } records of { $from } have no “{ $field }”, so they cannot be matched by it.
}
setup-warn-shared-key = { $count ->
    [one] 1 record of { $from } has the same “{ $field }” as another, and is set aside.
   *[other] { $count } records of { $from } have the same “{ $field }” as another, and are set aside.
}

# The rules.
setup-name-title = What do you call this connection?
setup-name = Name of the connection
setup-name-taken = There is a connection called { $name } already. Choose another name.
setup-rules = Rules
setup-both-same = If both sides changed the same field,
setup-both-name = Both changed
setup-deleted = If a record is deleted,
setup-deleted-name = Deleted
setup-delete-leave = leave the other
setup-delete-both = delete it on the other side too
setup-delete-one = only { $from } deletes in { $to }
setup-never-more = but never more than
setup-guard-count = Deletions at once
setup-or-percent = or
setup-guard-percent = Percentage of deletions at once
setup-without-asking = at once without asking me.
setup-writes = In { $account },
setup-writes-name = Writes in { $account }
setup-writes-all = records are added and updated
setup-writes-update = records are updated, none is added
setup-writes-create = records are added, none is updated
setup-writes-none = nothing is changed
setup-sync = Sync
setup-sync-name = Sync every
setup-by-hand = only when I press Sync now
setup-once-a-day = once a day
setup-every-hours = { $count ->
    [one] every hour
   *[other] every { $count } hours
}
setup-every-minutes = { $count ->
    [one] every minute
   *[other] every { $count } minutes
}
setup-every-seconds = { $count ->
    [one] every second
   *[other] every { $count } seconds
}
setup-compare = Compare both sides
setup-compare-name = Compare every
setup-compare-by-hand = only when I press Compare now
setup-compare-daily = every day
setup-compare-weekly = once a week
setup-compare-days = { $count ->
    [one] every day
   *[other] every { $count } days
}
setup-at = at
setup-hour = Hour of the compare
setup-minute = Minute of the compare
setup-compare-why = A compare reads both sides whole and shows every record in which they do not agree.

# Which records take part.
setup-filters = Which records take part?
setup-filters-all = All of them. Add a condition to leave some out; they are left alone on both sides.
setup-filter-add = Only some of { $account }
setup-filter-only = Only those of { $account } of which
setup-filter-field = Condition { $number }: field
setup-filter-test = Condition { $number }: test
setup-filter-value = Condition { $number }: words
setup-filter-remove = Remove condition { $number }
setup-filter-words = words, with a comma between them
setup-filter-passing = { $account }: { $passing } of { $total } records take part.
setup-filter-incomplete = Fill in condition { $number }, or remove it.
setup-is = is one of
setup-is-not = is none of
setup-contains = contains
setup-is-empty = is empty
setup-is-filled = is not empty

# Trying a manifest.
setup-check-back = read one record alone
setup-check-back-same = { $id } is the same as in the list
setup-check-back-gone = { $id } stands in the list, but is not there when it is read alone
setup-check-back-other = { $id } holds something else when it is read alone than in the list
