# The texts of words.

words-just-now = just now
