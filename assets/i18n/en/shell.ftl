# The texts around the pages: the navigation, messages, and questions over the page.

shell-home = Home
shell-review = Review
shell-compare = Compare
shell-history = History
shell-alerts = Alerts
shell-settings = Settings
shell-open = { $count } to review
shell-new-alerts = { $count ->
    [one] 1 new alert
   *[other] { $count } new alerts
}
shell-no-answer = No answer came.
shell-lists-changed = The lists have changed since you looked. Here is what would happen now.
shell-synced = Synced: { $what }.
shell-undone = Undone: { $what }.
shell-removed = { $what } was removed.
shell-dismiss = Dismiss
shell-try-again = Try again
shell-ended = Duosync has stopped working in the background. Close the window and start it again.
shell-undo = Undo
shell-no = No, go back
shell-password-for = Password for { $account }
shell-password-why = Duosync asks for it once after each start and forgets it when it ends.
shell-password = Password
shell-password-use = Use this password
shell-not-now = Not now
shell-loading = One moment
shell-loading-what = Duosync is reading what it remembers.
