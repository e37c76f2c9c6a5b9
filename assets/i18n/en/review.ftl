# The texts of review.

review-title = Review
review-failed = The list could not be looked through
review-loading = One moment
review-loading-text = Duosync is looking what waits for you.
review-empty = Nothing waits for you
review-empty-text = Questions and differences come up here when there are any.
review-back = Back to the list
review-nothing-picked = Nothing is picked
review-pick = Pick a record in the list.
review-settling = Being settled…
review-settling-text = Your answer is being carried out.
review-reading-record = Reading the record…
review-search = Search the list
review-shown = { $count } shown
review-shown-ticked = { $count } shown, { $ticked } ticked
review-untick = Untick
review-untick-hint = Take every tick away (Esc)
review-none-found = Nothing fits what you look for.
review-show-all = Show all
review-every-pair = Every connection
review-pair = Connection
review-every-kind = Every kind
review-kind = Kind
review-every-field = Every field
review-field = Field
review-any-age = Any age
review-last-day = Last 24 hours
review-last-week = Last 7 days
review-older = Over a week old
review-age = Age
review-sort = Order
review-sort-oldest = Oldest first
review-sort-newest = Newest first
review-sort-name = By name
review-sort-kind = By kind
review-sort-fields = Most fields first
review-tick = Tick { $name }
review-row =
    { $fields ->
        [0] { $name }: { $what }, { $a } and { $b }
        [one] { $name }: { $what }, 1 field, { $a } and { $b }
       *[other] { $name }: { $what }, { $fields } fields, { $a } and { $b }
    }
review-row-settling = being settled…
review-bulk-one-pair = Choose one connection to answer many at once.
review-bulk-use-shown = Use { $account } for the { $count } shown
review-bulk-use-ticked = Use { $account } for the { $count } ticked
review-bulk-use-title =
    { $count ->
        [one] Use { $account } for 1 record?
       *[other] Use { $account } for { $count } records?
    }
review-bulk-use-text =
    { $count ->
        [one] The values of { $account } will be written for 1 record.
       *[other] The values of { $account } will be written for { $count } records.
    }
review-bulk-used =
    { $count ->
        [one] Used { $account } for 1 record
       *[other] Used { $account } for { $count } records
    }
review-bulk-left =
    { $count ->
        [one] 1 of another kind stays open, because this answer cannot settle it.
       *[other] { $count } of another kind stay open, because this answer cannot settle them.
    }
review-bulk-undo = Every overwritten value stays in the history, and you can undo it at once.
review-bulk-yes =
    { $count ->
        [one] Yes, for 1 record
       *[other] Yes, for { $count } records
    }
review-bulk-more = More for many…
review-bulk-create =
    { $count ->
        [one] Create the 1 missing in { $account }
       *[other] Create the { $count } missing in { $account }
    }
review-bulk-create-title =
    { $count ->
        [one] Create 1 record in { $account }?
       *[other] Create { $count } records in { $account }?
    }
review-bulk-create-text =
    { $count ->
        [one] 1 record that only the other side has will be added to { $account }.
       *[other] { $count } records that only the other side has will be added to { $account }.
    }
review-bulk-created =
    { $count ->
        [one] Created 1 record in { $account }
       *[other] Created { $count } records in { $account }
    }
review-bulk-ignore =
    { $count ->
        [one] Ignore the 1 until it changes
       *[other] Ignore the { $count } until they change
    }
review-bulk-ignore-title =
    { $count ->
        [one] Ignore 1 record until it changes?
       *[other] Ignore { $count } records until they change?
    }
review-bulk-ignore-text = Nothing is written. Each comes back as soon as one side changes.
review-bulk-ignored =
    { $count ->
        [one] 1 record is left as it is
       *[other] { $count } records are left as they are
    }
review-settled = Settled { $name }
review-settled-use = { $name }: used { $account }
review-taken-back = It is open again.
review-changed = changed { $when }
review-changed-by = changed { $when } by { $by }
review-use = Use { $account }
review-create = Create in { $account }
review-delete = Delete from { $account }
review-delete-text = { $name } will be deleted from { $account }. Duosync keeps it whole, so that it can be brought back.
review-delete-yes = Yes, delete it
review-same = These two are the same
review-same-as = These two are the same: { $name }
review-not-same = Not the same
review-not-same-as = Not the same: { $name }
review-ignore = Ignore until it changes
review-alike = { $percent } % alike: { $reasons }
review-alike-same = same { $field }
review-alike-part = part of { $field }
review-alike-close = similar { $field }
review-partners = Maybe it is one of these in { $account }:
review-result = Result
review-before = before: { $value }
review-pick-or-type = pick a side or type
review-result-of = { $field }: result
review-use-value = { $field }: use { $account }
review-pick-records = Pick the record on each side that is the same, or leave them as they are.
review-no-record = none
review-record = Record { $id }
review-the-record = The record
review-the-same = The same on both sides
review-apply = Apply
review-apply-first = Pick a value for a field first.
review-keys = Keys: A, B take a side, Enter applies, J, K move, Z undoes.
review-bulk-none = None of these can be settled this way. Open them one by one.
