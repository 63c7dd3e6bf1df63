"""The words that stand for values, by what they are about. Each is marked for translation here once."""
