# The texts of history.
