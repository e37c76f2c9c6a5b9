# The texts of compare.
