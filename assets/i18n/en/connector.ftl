# What any connector may say.

connector-stopped = stopped by you
connector-broke-off = the write broke off; Duosync looks again what came of it
