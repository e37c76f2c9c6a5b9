# The texts of preview.
