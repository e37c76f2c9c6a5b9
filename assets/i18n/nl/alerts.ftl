# The texts of alerts.
