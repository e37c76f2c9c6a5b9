# The texts of service.
