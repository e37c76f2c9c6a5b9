# The texts of setup.
