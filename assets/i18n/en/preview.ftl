# The texts of preview.

preview-title = What the sync will do
preview-start = Start syncing
preview-not-now = Not now
preview-nothing-yet = { $a } and { $b }. Nothing is written until you press Start syncing, and everything can be undone.
preview-all = All { $count }
preview-search = Search the preview
preview-making = { $made } of { $total } made ready
preview-shown = { $count } shown
preview-nothing = Nothing to do
preview-nothing-text = Both sides hold the same already. Start syncing to keep them so.
preview-what = What happens
preview-record = Record
preview-change = Now → after
preview-row = Row { $number }: { $record }
preview-of = { $what }: { $record }
preview-close = Close the record
preview-not-there = not there
preview-empty = empty
preview-or = { $a }  or  { $b }
preview-more = and { $count } more
preview-tied = They are the same and will be tied together.
preview-add-to = Add to { $account }
preview-update-in = Update in { $account }
preview-delete-from = Delete from { $account }
preview-ask = Ask you
preview-match = Same on both sides
preview-set-aside = Set aside
preview-new = { $count } new in { $account }
preview-updated = { $count } updated in { $account }
preview-deleted = { $count } deleted from { $account }
preview-questions = { $count ->
    [one] 1 question for you
   *[other] { $count } questions for you
}
preview-same = { $count } already the same
preview-aside = { $count } set aside
preview-empty-list = { $count ->
    [one] { $account } came back empty, though 1 record was known. Nothing will be done. Check that the account still shows its list.
   *[other] { $account } came back empty, though { $count } records were known. Nothing will be done. Check that the account still shows its list.
}
preview-held = { $count ->
    [one] 1 deletion in { $account } is held back, because more than { $allowed } at once is unusual. You will be asked about it.
   *[other] { $count } deletions in { $account } are held back, because more than { $allowed } at once is unusual. You will be asked about them.
}
preview-doubled = { $count ->
    [one] 1 record on one side shares what it is matched by, and is left alone.
   *[other] { $count } records on one side share what they are matched by, and are left alone.
}
