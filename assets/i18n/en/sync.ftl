# What happens, goes wrong or cannot be done while syncing and comparing.

sync-mistake-asking = Duosync made a mistake while asking the account. Nothing was changed. Please report it.
sync-no-pair = There is no pair called “{ $pair }”.
sync-mistake = Duosync made a mistake and stopped this sync. Nothing is lost; the next one goes on from there.
sync-taken-back-already = Run { $run } was taken back already.
sync-no-run = There is no run { $run }.
sync-no-question = There is no open question { $id }. It may be settled already.
sync-cut-off = The sync was cut off. Nothing is lost: the next one goes on from there.
sync-stopped-before = You stopped it before it began. Nothing was changed.
sync-differences = { $count ->
    [one] 1 difference was found.
   *[other] { $count } differences were found.
}{ $asked ->
    [0] { "" }
    [one] { " " }A sync has asked about 1 of them already.
   *[other] { " " }A sync has asked about { $asked } of them already.
}
sync-several-same-key = Several records have the same key here. Say which two belong together (link), that they do not, or ignore it; or make the key different in one of the lists.
sync-overlap = These connections all write to the same list of { $account }: { $pairs }.
sync-preview = This is what the sync would do. Nothing is written before you say yes.
sync-list-cut = The list of { $account } could not be read to its end, so nothing was added on either side. The next sync tries again.
sync-list-cut-answer = The list of { $account } could not be read to its end, so nothing was done yet. The next sync carries your answer out.
sync-unlisted = { $count ->
    [one] One record of { $account } is missing from its list but still there, so it was not taken for deleted.
   *[other] { $count } records of { $account } are missing from its list but still there, so they were not taken for deleted.
}
sync-reading = Reading { $account }
sync-comparing-known = Comparing with what is known
sync-remembering = Remembering what was done
sync-changed-again = It was changed again and again while Duosync was writing. It is tried again at the next sync.
sync-empty-list = { $account } came back empty, though { $count } records were known there. Nothing was changed on either side. Look whether the list is really empty; if so, remove this pair and make it anew.
sync-other-account = { $account } is not the account that it was at the last sync, though its settings are the same. Nothing was read or written. If you moved it on purpose, open the account's settings and save them again; the next sync then shows first what it would do.
sync-no-answer = no answer came; the next sync looks whether it was written
sync-record-like-it = a record like it is there now; the next sync looks whether it is the same
sync-several-like-it = several records like it are there now, so it was not added again
sync-record-gone = the record is gone
sync-changed-meanwhile = the record has been changed meanwhile
sync-not-said = the answer did not say what was stored
sync-empty-answer = the answer was empty
sync-keeping = Keeping a copy of what is deleted from { $account }
sync-writing-to = Writing to { $account }
sync-finding-out = Finding out what the last sync still wrote to { $account }
sync-cut-before = the sync was cut off before this was written; it is planned again
sync-cut-repaired = It was cut off. The sync after it has repaired what was left half done.
sync-writing = Writing changes
sync-not-tried = not tried, because the run ended before
sync-comparing = Comparing both lists
sync-compare-cut = The list of { $account } could not be read to its end, so nothing was compared.
sync-no-account-of-pair = The pair “{ $pair }” uses the account “{ $account }”, which is not there.
sync-waiting = Waiting to try again
sync-password-unread = The password of { $account } could not be read.
sync-stopped = You stopped it. What was done until then is kept; the next sync goes on from there.
sync-account-used = { $account } is used by the pair { $pair }. Remove the pair first.
sync-no-account = There is no account called “{ $account }”.
sync-no-pair-yet = There is no pair yet. Connect two accounts first.
sync-name-account = Give the account a name.
sync-password-not-kept = The password could not be kept.
sync-name-pair = Give the pair a name.
sync-same-list = Both sides are the same list. Choose two different ones.
sync-no-field = No field is paired yet. Pair at least the one by which records are matched.
sync-no-key = Choose the field by which a record of one side and of the other are the same, such as email.
sync-file-unread = The file could not be read.
sync-file-unreadable = { $file } cannot be read: { $why }
sync-file-unwritten = The file could not be written.
sync-file-unwritable = { $file } cannot be written: { $why }
sync-sample-unwritten = The sample could not be written.
sync-sample-unwritable = The sample could not be written to { $folder }: { $why }
sync-mistake-not-done = Duosync made a mistake and did not do this.
sync-busy = Duosync is still busy with what you asked before. Try again in a moment.
sync-gone = Duosync has stopped working in the background. Start it again.
sync-not-started = The background work could not be started: { $why }
