"""A made-up district, SIS personalities with faults to switch on, and a Classroom stand-in."""
