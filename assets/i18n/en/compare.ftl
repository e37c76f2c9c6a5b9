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
compare-reason-duplicates =
    { $in_a ->
        [one] 1 record
       *[other] { $in_a } records
    } in { $a } and { $in_b ->
        [one] 1 record
       *[other] { $in_b } records
    } in { $b } have the same { $field }.
compare-look-mistake = Duosync made a mistake while it looked. Nothing was changed. Please report it.
