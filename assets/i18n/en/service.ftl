# The texts of service.

service-broken-manifest = The connector { $file } cannot be used: { $why }
service-second-manifest = Two connectors describe the kind “{ $kind }”; the second one is not used.

# The file of secrets.
service-vault-absent = no passphrase has been chosen yet for the encrypted file of passwords. Choose one in the account's settings, or in the terminal with: duosync passphrase
service-vault-locked = the encrypted file of passwords is locked. Enter its passphrase in Duosync's window; in the terminal it is asked for, or taken from the environment variable DUOSYNC_PASSPHRASE
service-vault-wrong = That is not the passphrase of the encrypted file of passwords. Capital letters and spaces count. Nothing was changed.
service-vault-empty = An empty passphrase protects nothing. Choose a few words that only you know.
service-vault-there = There is an encrypted file of passwords already ({ $file }). Open it with its passphrase first, or start anew if that is forgotten.
service-vault-damaged = The encrypted file of passwords ({ $file }) is damaged. Put a copy of it back, or start anew and enter the passwords again.
service-vault-newer = The encrypted file of passwords ({ $file }) was written by a newer Duosync. Start that one.
service-vault-file = The encrypted file of passwords ({ $file }) cannot be used: { $why }
service-vault-no-key = The encrypted file of passwords could not be made: this computer has too little memory free, or gave no random numbers. Nothing was changed.
service-secret-not-in-file = the encrypted file holds no password of "{ $account }". Enter it in the account's settings, or in the terminal with: duosync password "{ $account }"
service-secret-no-place = nothing can be kept for "{ $account }", as its settings name an environment variable. Choose the keyring, the encrypted file or "ask each time" for it.

# Signing in in the browser.
service-sign-in-first = { $account } is not signed in yet. Press Sign in (in the terminal: duosync signin "{ $account }").
service-sign-in-again = { $account } no longer lets Duosync in: the permission was taken back or has run out. Nothing is lost. Press Sign in again (in the terminal: duosync signin "{ $account }").
service-sign-in-not-in-keyring = the keyring gave no sign-in for { $account }: either it is not signed in yet, or the keyring is locked. Unlock the keyring and try again, or press Sign in (in the terminal: duosync signin "{ $account }").
service-sign-in-unreadable = What was kept of the sign-in of { $account } cannot be read. Press Sign in again (in the terminal: duosync signin "{ $account }").
service-sign-in-not-kept = The new sign-in of { $account } could not be kept, so it is not used yet: { $why }
service-sign-in-no-keyring = this computer has no keyring that Duosync can reach, so the sign-in of { $account } cannot be kept there. Choose the encrypted file or "ask each time" in the account's settings.
service-sign-in-no-browser = { $account } is of a kind that is not signed in in the browser.
service-sign-in-no-client = The client ID is missing. Register an app at the platform, and put its client ID into the account's settings.
service-sign-in-cancelled = Signing in to { $account } was stopped. Nothing was changed.
service-sign-in-timed-out = The browser did not come back, so { $account } is not signed in. Nothing was changed. Press Sign in to try again.
service-sign-in-denied = The permission was not given in the browser. Nothing was changed. Press Sign in to try again.
service-sign-in-not-allowed = The platform did not allow it ({ $why }). Nothing was changed.
service-sign-in-somebody-else = In the browser somebody else signed in than { $account } was connected with, so nothing was changed. Sign in with the same user as before (the browser may have to be signed out of the other one first), or add a new account for the other user.
service-sign-in-token-refused = The platform does not take what it has just given. Try to sign in again.
service-no-home = Your home folder cannot be found. Is HOME set?
service-sign-in-mistake = Duosync made a mistake while signing in. Nothing was changed. Please report it.
service-sign-in-over = { $host } no longer takes this sign-in ({ $why }).
service-sign-in-client-refused = { $host } does not know the app ({ $why }). Check the client ID, and the client secret if the platform gave one, in the account's settings.
service-sign-in-refused = { $host } refused to sign in ({ $why }). Check the app's settings at the platform: its kind, its redirect address and what it may see.
service-sign-in-bad-answer = { $host } gave an answer that is not one of a sign-in. Check the account's settings.
service-sign-in-server = { $host } has trouble of its own (status { $status }). Try again later.
service-sign-in-unreachable = { $host } cannot be reached: { $why }. Check the network.
service-sign-in-broken = { $host } gave no whole answer: { $why }. Try again.
service-sign-in-silent = it did not answer in time
service-sign-in-no-certificates = no secure connection can be made from this computer: it has no list of trusted certificates (install the ca-certificates package)
service-sign-in-template = A setting is missing that the platform's address { $template } is made of. Fill in the account's settings.
service-sign-in-address = The platform's address { $url } cannot be used. Check the account's settings.
service-sign-in-plain = { $url } would send the sign-in readable by anybody on the way. It has to begin with https.
service-sign-in-redirect = The redirect address { $url } has to be on this computer, such as http://127.0.0.1:8976/
service-sign-in-port = Duosync could not listen at { $address } for the browser. Another program may use that port: close it, or choose another redirect address.
service-sign-in-port-lost = Duosync could no longer listen for the browser. Try to sign in again.

# The page that the browser shows at the end.
service-page-done = You are signed in
service-page-done-more = Duosync may now use { $account }. You can close this page and go back to Duosync.
service-page-failed = You are not signed in
service-page-strange = This page does not belong to Duosync's sign-in
service-page-strange-more = Nothing was changed. Go back to Duosync and press Sign in again.
service-unknown-kind = Duosync does not know the kind of account “{ $kind }”. It knows { $known }.
service-bad-kind = "{ $kind }" cannot name a kind of platform: use small letters, digits and _, as in my_shop.

# Secrets that could not be had.
secret-not-set = the password of "{ $account }" is to be found in the environment variable { $variable }, which is not set; set it before Duosync starts, or choose the keyring or "ask each time" for this account
secret-not-text = the environment variable { $variable } with the password of "{ $account }" does not hold readable text
secret-no-keyring = this computer has no keyring that Duosync can reach, so the password of "{ $account }" cannot be kept there or read from there; keep it in an encrypted file (password = {"{"} file = true {"}"}), use an environment variable (password = {"{"} env = "NAME" {"}"}) or let Duosync ask each time (password = {"{"} ask = true {"}"})
secret-not-found = the keyring gave no password for "{ $account }": either none is saved, or the keyring is locked; unlock it and try again, or enter the password again in the account's settings
secret-keyring = the keyring could not be used for the password of "{ $account }"; unlock it and try again
secret-not-entered = the password of "{ $account }" is asked once after each start and has not been entered yet; enter it in Duosync's window, or for the terminal put it into an environment variable (password = {"{"} env = "NAME" {"}"})
