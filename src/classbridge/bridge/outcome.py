"""Outcomes: what can happen to a grade, a person or a connection, as a code with parameters.

Texts live in `classbridge.text`; history stores code and parameters only, because languages change.
"""

from msgspec import Struct, field

from classbridge.bridge.catalogue import Entry, Kind, Owner, catalogue
from classbridge.bridge.codes import Code

__all__ = ["Code", "Entry", "Kind", "Outcome", "Owner", "catalogue"]


class Outcome(Struct, frozen=True):
    """One outcome. `params` are plain words and numbers for the text, already in no language."""

    code: Code
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, code: Code, **params: object) -> "Outcome":
        """Make an outcome; TypeError unless the parameters are exactly the catalogue's."""
        expected = catalogue[code].params
        if set(params) != set(expected):
            raise TypeError(f"{code} takes {sorted(expected)}, not {sorted(params)}")
        return cls(code, {name: str(value) for name, value in params.items()})

    @property
    def kind(self) -> Kind:
        """The catalogue's kind of this code."""
        return catalogue[self.code].kind

    @property
    def owner(self) -> Owner:
        """Who can act on it."""
        return catalogue[self.code].owner

    @property
    def blocks(self) -> bool:
        """Whether the work it is about does not go on; otherwise it is a notice."""
        return self.kind in (Kind.SKIPPED, Kind.FAILED, Kind.HELD)
