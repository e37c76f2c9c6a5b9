# The texts of review.
