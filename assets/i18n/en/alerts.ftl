# The page Alerts, and what the desktop's notifications say.

alerts-page = Alerts
alerts-reading = Reading the alerts…
alerts-not-read = The alerts could not be read
alerts-none-title = No alerts
alerts-none = When something needs you or goes wrong, it is kept here.
alerts-needs-you = Needs you
alerts-nothing-needs-you = Nothing needs you now.
alerts-earlier = Earlier
alerts-older = Show older alerts
alerts-where = { $pair }, { $when }
alerts-where-new = { $pair }, { $when }, new
alerts-where-settled = { $pair }, { $when }, settled { $settled }
alerts-where-over = { $pair }, { $when }, settled
alerts-where-open = { $told }; { $open } open now
alerts-review = Review
alerts-differences = Show the differences
alerts-runs = Show the run
alerts-connection = Open the connection
alerts-home = Show the connection
alerts-button-of = { $button }: { $pair }, { $text }

alerts-open = Open
alerts-title-conflicts = Something to decide
alerts-title-mismatches = The two lists differ
alerts-title-held = Deletions held back
alerts-title-failed = The sync did not work
alerts-title-recovered = The sync works again
alerts-title-sign-in = Signing in failed
alerts-title-records = Some records could not be written
alerts-after-quiet-title = During your quiet hours
alerts-after-quiet =
    { $count ->
        [one] 1 thing came up. Click to see it.
       *[other] { $count } things came up. Click to see them.
    }

alerts-sync-failed = The sync failed.
alerts-not-written =
    { $count ->
        [one] 1 could not be written. { $first }
       *[other] { $count } could not be written. { $first }
    }
alerts-held =
    { $count ->
        [one] 1 deletion was held back: more than usual went away, or it is not certain. Nothing is deleted before you say so.
       *[other] { $count } deletions were held back: more than usual went away, or it is not certain. Nothing is deleted before you say so.
    }
alerts-flipping =
    { $count ->
        [one] { $reason }
       *[other] { $reason } This is so in { $count } records.
    }
alerts-conflicts =
    { $count ->
        [one] 1 record needs you: it was changed on both sides, or cannot be told apart.
       *[other] { $count } records need you: they were changed on both sides, or cannot be told apart.
    }
alerts-recovered = It works again.
