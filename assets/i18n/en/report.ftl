# The texts of the report of a compare.

report-unknown-form = “{ $file }” cannot be written: the name of a report ends in .csv, .xlsx or .html
report-not-written = the report “{ $file }” could not be written: { $why }; is the folder there, and the file closed in other programs?
report-no-workbook = the workbook “{ $file }” could not be made: { $why }; choose .csv or .html
report-no-table = the table “{ $file }” could not be made: { $why }
report-what = What
report-record = Record
report-field = Field
report-differs = Differs
report-reason = Reason
report-id = { $side }’s id
report-yes = yes
report-only-in = Only in { $account }
report-different = Fields differ
report-several = Several with the same key
report-key-changed = Linked, but the key is no longer the same
report-summary = Summary
report-differences = Mismatches
report-pair = Pair
report-compared = Compared
report-records-in = Records in { $account }
report-matched = Belong together
report-ignored = Left as they are by you
report-title = Compare of { $pair }
report-of-two = { $a } and { $b }
report-agree = Both sides agree.
