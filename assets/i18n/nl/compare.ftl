# The texts of compare.

compare-reason-key-changed = Deze twee horen bij elkaar, maar { $fields } is niet meer gelijk.
compare-reason-differs =
    { $count ->
        [one] { $fields } verschilt.
       *[other] { $fields } verschillen.
    }
compare-reason-partner-deleted = De tegenhanger in { $account } is verwijderd.
compare-reason-keyless = Er is geen { $keys }, dus kan er niets bij gevonden worden.
compare-reason-only = Alleen in { $account }, niet in { $other }.
compare-reason-duplicates =
    { $in_a ->
        [one] 1 record
       *[other] { $in_a } records
    } in { $a } en { $in_b ->
        [one] 1 record
       *[other] { $in_b } records
    } in { $b } hebben dezelfde { $field }.
compare-look-mistake = Duosync maakte een fout bij het opzoeken. Er is niets gewijzigd. Meld dit alsjeblieft.
