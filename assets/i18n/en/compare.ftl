# The texts of compare.

compare-reason-key-changed = These two are kept together, but { $fields } is no longer the same.
compare-reason-differs =
    { $count ->
        [one] { $fields } differs.
       *[other] { $fields } differ.
    }
compare-reason-partner-deleted = Its partner in { $account } was deleted.
compare-reason-keyless = It has no { $keys }, so it cannot be matched.
compare-reason-only = Only in { $account }, not in { $other }.
compare-reason-undone = You took back what was done with it: held until you decide.
compare-reason-duplicates =
    { $in_a ->
        [one] 1 record
       *[other] { $in_a } records
    } in { $a } and { $in_b ->
        [one] 1 record
       *[other] { $in_b } records
    } in { $b } have the same { $field }.
compare-look-mistake = Duosync made a mistake while it looked. Nothing was changed. Please report it.

compare-title = Compare
compare-pair = Connection
compare-cancel = Cancel
compare-now = Compare now
compare-export = Export…
compare-empty = Nothing to compare yet
compare-empty-text = Connect two accounts first, on the page Home.
compare-reading = Reading the last compare…
compare-not-read = The compare could not be read
compare-never = Not compared yet
compare-never-text = A compare reads both sides whole and shows every record in which they do not agree. It writes nothing.
compare-agree = Both sides agree. Compared { $when }.
compare-found = { $found }. Compared { $when }.
compare-on-both = on both sides
compare-different = different
compare-only-in = only in { $account }
compare-duplicates = duplicates
compare-no-match = no longer match
compare-ignored = ignored by you
compare-word-ignored = Left as it is by you
compare-word-same = The same on both sides
compare-in-step-since = In step since { $day }.
compare-in-step-last = Last in step on { $day }.
compare-earlier = Earlier compares
compare-hide-earlier = Hide earlier compares
compare-earlier-agree = both sides agree
compare-earlier-found =
    { $count ->
        [one] 1 difference
       *[other] { $count } differences
    }
compare-earlier-line = { $when }: { $found } ({ $took })
compare-show-only = Show these only; press again to show all
compare-chart = What does not agree: { $kinds }
compare-save-as = Save the report as (.csv, .xlsx or .html)
compare-save = Save the report
compare-choose-file = Choose where to save…
compare-read-again = Both sides are read again for it.
compare-told-agree = Both sides agree.
compare-told-found =
    { $count ->
        [one] 1 difference found.
       *[other] { $count } differences found.
    }
compare-told-file = The report is in { $file }.
compare-search = Search the records
compare-row =
    { $fields ->
        [0] { $name }: { $what }
        [one] { $name }: { $what }, 1 field
       *[other] { $name }: { $what }, { $fields } fields
    }
compare-records-shown =
    { $count ->
        [one] 1 record
       *[other] { $count } records
    }
compare-none-found = No record fits what you look for.
compare-searching = Searching…
compare-preparing = Preparing the rows
compare-reading-records = Reading the records…
compare-not-kept = The records are not here
compare-not-kept-text = Press Compare now: from then on every record is shown side by side.
