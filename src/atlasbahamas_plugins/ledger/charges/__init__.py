"""What is owed on leases, and why: rent by its schedule, deposits, what stood open before, fees, credits."""
