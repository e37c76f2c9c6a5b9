# The texts of service.

service-broken-manifest = The connector { $file } cannot be used: { $why }
service-second-manifest = Two connectors describe the kind “{ $kind }”; the second one is not used.
