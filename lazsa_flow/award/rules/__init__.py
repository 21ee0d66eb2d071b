"""Rules of the award that do no I/O: criteria, panel, perks, screening."""
