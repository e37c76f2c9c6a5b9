# The texts of words.

words-just-now = zojuist
