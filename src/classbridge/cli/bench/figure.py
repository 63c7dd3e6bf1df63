"""What a benchmark measured."""

import statistics
from collections.abc import Sequence

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """A figure beside its floor: the best that the machine gave for the same work in the same run.

    `ratio` is figure to floor. `more` holds further figures by name, in the same unit or as their name says.
    """

    name: str
    what: str
    unit: str
    figure: float
    floor: float
    floor_is: str
    more: dict[str, float] = {}

    @property
    def ratio(self) -> float:
        """The figure in parts of its floor."""
        return round(self.figure / self.floor, 2) if self.floor else 0.0

    def line(self) -> str:
        """The figure as text."""
        more = "".join(f"\n    {name} {_shown(value)}" for name, value in self.more.items())
        return (
            f"{self.name}: {self.what}: {_shown(self.figure)} {self.unit}; "
            f"floor {_shown(self.floor)} ({self.floor_is}); ratio {self.ratio:g}{more}"
        )


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def percentile(values: Sequence[float], part: int) -> float:
    """The value below which `part` percent of the values lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]
