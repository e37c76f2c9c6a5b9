# Why things are done, as previews, questions and the history tell it.

plan-no-key = { $name } has no { $keys } in { $account }, so it takes no part. Fill it in, and it is taken along next time.
plan-kept-apart = You said that { $name } in { $account } is not the same as the record with the same key.
plan-partner-outside = { $name } is on the other side too, but the filter leaves it out there.
plan-doubled-key = { $name } shares its { $key } with another record, so it is set aside until you say which belong together.
plan-no-key-across = { $name } in { $account } has no { $keys } that goes to the other side, so it is not added there.
plan-new = new in { $account }
plan-create-off = { $name } is only in { $account }. This pair adds no records to { $target }.
plan-you-deleted = you deleted it
plan-you-added = you chose to add it
plan-you-chose = you chose { $account }
plan-you-left = You said to leave { $name } in { $account } as it is.
plan-you-took-back = You took back what was done with { $name } of { $account }: held until you decide.
plan-both-changed = { $a } and { $b } both changed { $fields }, to different values.
plan-first-match = { $a } and { $b } meet here for the first time and hold different values for { $fields }.
plan-deleted-and-changed = Deleted in { $gone } and changed in { $stays } since both last agreed.
plan-taken-over = In { $gone } another name and another address stand in its place. It may be another record, or the same one renamed, so nothing was deleted from { $stays } before you say so.
plan-held-deletion = Deleted in { $gone }. More records than usual would be deleted from { $stays } at once, so nothing was deleted before you say so.
plan-ambiguous-one-side =
    { $count ->
        [one] 1 record
       *[other] { $count } records
    } in { $account } have the same { $fields }, so none of them is added to { $other } before they can be told apart. Change the { $fields } of one of them, or leave them as they are.
plan-ambiguous =
    { $in_a ->
        [one] 1 record
       *[other] { $in_a } records
    } in { $a } and { $in_b ->
        [one] 1 record
       *[other] { $in_b } records
    } in { $b } have the same { $fields }, so which belong together is not certain.
plan-flipping = { $fields } went back and forth { $times } times in a row: something rewrites it after each sync, a rule in { $a } or { $b }, another program, or a second Duosync with other settings. It is left alone until you choose a value. If only the way of writing differs, choose another kind for { $fields } in the pair's fields.
plan-was-empty = { $field } was empty in { $account }
plan-was-empty-both = { $field } was empty on both sides
plan-changed = { $account } changed { $field }
plan-wins = { $account } wins for { $field }
plan-wins-newest = { $account } wins for { $field }, as it was changed last
plan-joined = { $field } was changed on both sides, so both changes were joined
plan-you-chose-field = you chose { $account } for { $field }
plan-you-typed = you gave a value for { $field }
plan-deleted-in = deleted in { $account }
plan-changed-after-deleted = it was changed after it had been deleted on the other side
plan-partner-filtered = { $name } was deleted in { $gone }. A filter leaves it out, so it stays in { $stays }.
plan-partner-deleted = { $name } was deleted in { $gone }. Deletions are not carried over, so it stays in { $stays }.

# What a value cannot be, and why it is not written.
value-not-in-choices = “{ $value }” is not one of the choices of the field “{ $mapping }” ({ $choices }). Add it to the field's value table, or change it in the record.
value-template = the template of the field “{ $mapping }” cannot be filled in: { $why }. Check the field names in the template.
value-cut-short = “{ $value }” in “{ $mapping }” is a number that a spreadsheet has cut short, so it is not carried over. Enter the whole number again, in a column that is formatted as text.
value-one-way = the field “{ $mapping }” is made by a template and goes only one way, so nothing is written to side { $side }. Set its direction to “A to B” or “B to A”.
value-several-fields = the field “{ $mapping }” names several fields on side { $side } ({ $fields }), which can be read together but not written. Map them one by one, or use the full name transform for a given and a family name.
value-no-field = the field “{ $mapping }” names no field on side { $side }. Choose one in the pair's settings.
value-separator = the item “{ $item }” of the list “{ $mapping }” holds “{ $separator }”, which separates the items on the other side. Choose another separator, or change the item.
