"""The SIS products: a directory each, with its facts as data."""
