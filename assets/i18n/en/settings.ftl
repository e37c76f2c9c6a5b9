# The page Settings, and what is said of the workspace itself.

settings-page = Settings
settings-restored = On { $when } an earlier state was put back. Each connection first shows what its next sync would do, and writes nothing before you say yes.

settings-look = Look and language
settings-theme = Theme
settings-theme-system = As the system
settings-theme-light = Light
settings-theme-dark = Dark
settings-text-size = Text size
settings-percent = { $size } %
settings-language = Language
settings-language-system = As the system ({ $language })

settings-notifications = Notifications
settings-notifications-about = What your desktop tells you of. Everything is kept on the page Alerts, too.
settings-notify-all = Everything
settings-notify-needs-me = Only what needs me
settings-notify-nothing = Nothing
settings-notify-kinds = Choose kind by kind
settings-kind-conflicts = There is something to decide
settings-kind-held = Deletions are held back
settings-kind-mismatches = A compare found differences
settings-kind-sign-in = An account refuses to sign in
settings-kind-failed = A sync did not work
settings-kind-records = Some records could not be written
settings-kind-recovered = A sync works again
settings-quiet = Quiet hours
settings-quiet-from = From
settings-quiet-begin = Quiet from
settings-quiet-to = to
settings-quiet-end = Quiet to
settings-quiet-about = What comes up in between is told once when they end, if it still stands.

settings-computer = On this computer
settings-computer-about = Duosync can only keep your lists in step while it runs.
settings-keep-running = Keep running when the window is closed
settings-keep-tray = You find it again by its icon beside the clock; Quit is in its menu.
settings-keep-minimised = This desktop shows no icons beside the clock, so the window is made small instead. Quit ends Duosync.
settings-quit = Quit Duosync
settings-start = Start with the computer
settings-start-about = It starts without its window.
settings-start-failed = Starting with the computer could not be set up: { $why }

settings-folder = Where your data lives
settings-folder-about = Everything that Duosync remembers is in this folder. Passwords are never in it: each account says below where its password is.
settings-open-folder = Open the folder
settings-copy-path = Copy the folder's path
settings-open-folder-failed = The folder could not be opened. It is at { $folder }

settings-copies = Copies of what Duosync remembers
settings-copies-about = Each day a copy is made by itself, and 14 are kept. Going back to one never changes your lists.
settings-copies-reading = Looking for copies…
settings-copies-not-read = The copies could not be looked up: { $why }
settings-copies-none = There is none yet. The first is made today.
settings-copies-more =
    { $count ->
        [one] Show 1 more copy
       *[other] Show { $count } more copies
    }
settings-copies-files = Copies in other places
settings-copies-files-about = Keep a copy on another disk, or bring one back from there.
settings-copy-daily = Copy of the day
settings-copy-asked = You asked for it
settings-copy-before-restore = Kept before going back
settings-copy-before-upgrade = Kept before an update
settings-copy-size = { $why }, { $size }
settings-kilobytes = { $size } kB
settings-megabytes = { $size } MB
settings-back-up-now = Make a copy now
settings-copy-to = File for the copy
settings-copy-to-choose = Choose where to keep it…
settings-copy-to-do = Make this copy
settings-restore = Go back to it
settings-restore-of = Go back to the copy of { $when } ({ $file })
settings-restore-from = File of a copy
settings-restore-from-choose = Find a copy…
settings-restore-from-do = Go back to this copy
settings-restore-title = Go back to { $copy }?
settings-restore-text = Duosync forgets what it has learnt since: accounts, connections, questions and history are as they were then. Your lists are not touched. A copy of now is kept first, and every connection shows what its next sync would do before it writes anything.
settings-restore-yes = Yes, go back
settings-restore-busy = A sync or compare is going on. Wait for its end or stop it, then go back.
settings-restore-done = Gone back. What was there until now is kept in { $file }.
settings-copy-made = The copy is in { $file }.
settings-copy-onto-itself = This file is what Duosync works with right now. Choose another file.
settings-not-written = { $file } could not be written: { $why }

settings-accounts = Accounts
settings-accounts-none = None yet. Connect two accounts on the page Home.
settings-account-used = in use
settings-account-remove = Remove
settings-account-remove-of = Remove { $account }
settings-account-remove-title = Remove { $account }?
settings-account-remove-text = Duosync forgets this account. The list itself is not touched.
settings-account-remove-yes = Remove the account
settings-secret-keyring = Its password is in this computer's keyring.
settings-secret-file = Its password is in the encrypted file of this workspace.
settings-secret-env = Its password is read from the environment variable { $name }.
settings-secret-ask = Its password is not kept: it is asked for once at each start.

settings-file = Settings as a file
settings-file-about = Accounts and connections can be written to a file and read again, here or on another computer.
settings-file-name = Settings file
settings-file-find = Find a file…
settings-file-choose = Choose where to save…
settings-file-read = Read this file
settings-file-write = Write this file

settings-person = One person
settings-person-about = When somebody asks what you keep of them, or asks to be forgotten. This is about what Duosync remembers; the person's records in your lists are yours to change.
settings-person-search = Name or email
settings-person-hint = Ann Peeters
settings-person-find = Find the person
settings-person-looking = Looking through everything that is kept…
settings-person-nobody = Nobody was found. Nothing is kept of somebody with these words.
settings-person-pick = Tick the records that are this person.
settings-person-of = { $name }, in { $pair }
settings-person-of-detail = { $name } ({ $detail }), in { $pair }
settings-person-counts = Records: { $records }. Writes in the history: { $writes }. Questions and differences: { $matters }. Kept deleted records: { $kept }.
settings-person-file = File for this person
settings-person-file-choose = Choose where to keep the file…
settings-person-export = Write everything about this person
settings-person-exported = Everything that is kept of this person is in { $file }.
settings-person-erase = Erase from the history…
settings-erase-title = Erase { $name } from the history?
settings-erase-text = This cannot be undone. Taken away: { $writes } writes with their values, { $matters } questions and differences, { $kept } kept deleted records, and sentences that name the person. The same is erased in the copies in Duosync's folder. Copies that you keep in other places still hold it.
settings-erase-there = The person is still in one of your lists. As long as that is so, Duosync has to know what the record holds to keep it in step. Delete the record in the lists and sync, then erase again, and nothing is left.
settings-erase-yes = Yes, erase it
settings-match-anew-busy = A sync or compare is going on. Wait for its end or stop it, then match anew.
settings-erase-busy = A sync or compare is going on. Wait for its end or stop it, then erase.
settings-erased = Erased: { $writes } writes, { $matters } questions and differences, { $kept } kept deleted records, { $sentences } sentences; the same in { $copies } copies.
settings-erased-still-there = What the lists hold now is still known, as it is needed to keep them in step.
settings-erased-copies-left = These copies could not be changed, throw them away yourself: { $files }
settings-person-page-title = What Duosync keeps of one person
settings-person-page-made = Made on { $when } by Duosync.
settings-person-in = In { $account }, as last seen
settings-person-agreed-in = In { $account }, when both lists last agreed
settings-person-nothing = Nothing.
settings-person-writes = What was written
settings-person-matters = Questions and differences
settings-person-kept = Records kept from before they were deleted
settings-person-when = When
settings-person-where = Where
settings-person-what = Why
settings-person-why = What was asked
settings-person-field = Field
settings-person-before = Before
settings-person-after = After
settings-person-agreed = Agreed before
settings-person-id = Its id there

settings-help = Help
settings-help-about = A file for whoever helps you: how Duosync is set up and what it did, with no names, values or passwords in it.
settings-diagnostics-file = File for whoever helps
settings-diagnostics-choose = Choose where to put it…
settings-diagnostics-write = Write the file for help
settings-diagnostics-done = The file is { $file }. It holds no personal data and no passwords.
settings-version = Duosync { $version }

settings-dialog-copy = Where to keep the copy
settings-dialog-restore = A copy to go back to
settings-dialog-diagnostics = Where to put the file for help
settings-dialog-person = Where to keep the file about this person
settings-dialog-account = The file of this account
settings-dialog-import = A settings file
settings-dialog-export = Save the settings
settings-dialog-report = Save the report
settings-dialog-tables = Tables
settings-dialog-all = All files
settings-dialog-settings = Settings
settings-dialog-database = Copies
settings-dialog-zip = Zip file
settings-dialog-workbook = Excel workbook
settings-dialog-table = Table
settings-dialog-page = Web page
settings-dialog-none = This desktop has no file dialog for Duosync. Type the file's place into the field instead.

settings-tray-open = Open Duosync
settings-tray-sync = Sync all now
settings-tray-pause = Pause all
settings-tray-resume = Let all go on
settings-tray-quit = Quit
settings-tray-in-step = All in step
settings-tray-working = Working
settings-tray-waiting = Something needs you
settings-tray-failing = Something does not work
settings-tray-paused = Paused
settings-tray-empty = Nothing is connected yet
settings-exported = The settings are in { $file }.
settings-imported = Read { $accounts ->
        [one] 1 account
       *[other] { $accounts } accounts
    } and { $pairs ->
        [one] 1 connection
       *[other] { $pairs } connections
    }.
