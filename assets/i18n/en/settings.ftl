# The texts of settings.
