# The texts of home.
