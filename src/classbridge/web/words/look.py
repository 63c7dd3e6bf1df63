"""What words for values are made of: a mark for translation, and how a state looks."""

from typing import NamedTuple


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for translation where it is shown."""
    return text


class Look(NamedTuple):
    """How a state looks: its tone, its icon and its word."""

    tone: str
    icon: str
    word: str


class Choice(NamedTuple):
    """A choice in words: what it is called, and what it does."""

    word: str
    help: str
