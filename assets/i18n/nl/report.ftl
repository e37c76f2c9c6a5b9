# De teksten van het verslag van een vergelijking.

report-unknown-form = “{ $file }” kan niet worden geschreven: de naam van een verslag eindigt op .csv, .xlsx of .html
report-not-written = het verslag “{ $file }” kon niet worden geschreven: { $why }; bestaat de map, en is het bestand in andere programma’s gesloten?
report-no-workbook = de werkmap “{ $file }” kon niet worden gemaakt: { $why }; kies .csv of .html
report-no-table = de tabel “{ $file }” kon niet worden gemaakt: { $why }
report-what = Wat
report-record = Record
report-field = Veld
report-differs = Verschilt
report-reason = Reden
report-id = Id in { $side }
report-yes = ja
report-only-in = Alleen in { $account }
report-different = Velden verschillen
report-several = Meerdere met dezelfde sleutel
report-key-changed = Gekoppeld, maar de sleutel is niet meer dezelfde
report-summary = Samenvatting
report-differences = Verschillen
report-pair = Verbinding
report-compared = Vergeleken
report-records-in = Records in { $account }
report-matched = Horen bij elkaar
report-ignored = Door je zo gelaten
report-title = Vergelijking van { $pair }
report-of-two = { $a } en { $b }
report-agree = Beide kanten zijn gelijk.
