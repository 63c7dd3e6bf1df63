"""Small bar plots as SVG shapes: no script, no style, colours by class so that both themes fit."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH, HEIGHT, GAP = 560.0, 120.0, 4.0
"""The drawing's own units; the page scales it."""


class Bar(Struct, frozen=True):
    """A bar: its place, and the label and value that a reader of the shape is told."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: float


class Plot(Struct, frozen=True):
    """Bars beside each other, the highest as high as the drawing; `top` is its value."""

    bars: tuple[Bar, ...]
    top: float

    @property
    def box(self) -> str:
        """The SVG's viewBox."""
        return f"0 0 {WIDTH:g} {HEIGHT:g}"


def plot(labels: Sequence[str], values: Sequence[float]) -> Plot:
    """Bars for values of 0 or more, in their order; one that is not 0 is never invisible."""
    top = max(values, default=0.0)
    step = WIDTH / max(len(values), 1)
    bars = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        height = max(value / top * HEIGHT, 2.0) if value else 0.0
        bars.append(
            Bar(
                x=round(place * step, 1),
                y=round(HEIGHT - height, 1),
                width=round(step - GAP, 1),
                height=round(height, 1),
                label=label,
                value=value,
            )
        )
    return Plot(tuple(bars), top)
