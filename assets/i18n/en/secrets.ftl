# The texts of the dialogs about passwords and signing in.

secrets-passphrase-title = Passphrase of the encrypted file
secrets-passphrase-why = Passwords of this workspace are in a file that only your passphrase opens. Duosync asks for it once after each start.
secrets-passphrase = Passphrase
secrets-open = Open the file
secrets-not-now = Not now
secrets-forgotten = I have forgotten it
secrets-anew-title = Start anew with passwords?
secrets-anew-why = Nobody can open the file without its passphrase. Duosync sets it aside, and you enter the passwords again and sign in again. Your accounts, connections and history stay as they are.
secrets-anew-yes = Start anew
secrets-set-aside = The old file is now { $file }. Choose a new passphrase in the settings of an account.
secrets-waiting-title = Sign in to { $account } in your browser
secrets-waiting-why = Your browser should have opened a page of the platform. Sign in there, and allow Duosync. This message goes away by itself.
secrets-waiting-again = Open the browser again
secrets-waiting-copy = Copy the address
secrets-waiting-cancel = Cancel signing in
secrets-no-browser = The browser could not be opened ({ $why }). Copy the address, and open it yourself.
secrets-sign-in = Sign in
secrets-sign-in-again = Sign in again
secrets-signed-in = { $account } is signed in.
secrets-waits-passphrase = It waits for the passphrase of the encrypted file.
secrets-waits-sign-in = It waits until { $account } is signed in.
secrets-enter-passphrase = Enter the passphrase
