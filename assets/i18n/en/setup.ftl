# The texts of setup.

suggest-split-name = one side has the full name in one field, the other in a given and a family name
suggest-same-meaning = “{ $a }” and “{ $b }” mean the same
suggest-same-name = “{ $name }” has the same name on both sides
suggest-same-values = { $count } of the values are the same in both lists
suggest-both-emails = both hold email addresses
suggest-both-phones = both hold telephone numbers
suggest-both-dates = both hold dates
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
