# What any connector may say.

connector-stopped = door jou gestopt
connector-broke-off = het schrijven werd afgebroken; Duosync kijkt opnieuw wat ervan gekomen is
