# The texts of service.

service-broken-manifest = De connector { $file } kan niet gebruikt worden: { $why }
service-second-manifest = Twee connectors beschrijven de soort “{ $kind }”; de tweede wordt niet gebruikt.
