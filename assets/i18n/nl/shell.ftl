# The texts of shell.
