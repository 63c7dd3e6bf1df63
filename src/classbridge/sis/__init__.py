"""The SIS catalogue: a directory of data per SIS, and what reads it."""
