"""docs/grades.md: every kind of grade and what each SIS then holds; written by `python -m tests.kinds.page`."""

import multiprocessing
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from classbridge.sandbox.sis import names
from tests.kinds.kinds import THEMES, Theme
from tests.kinds.measuring import Held, measure

PAGE = Path(__file__).parents[2] / "docs" / "grades.md"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
AT_ONCE = 2
"""SIS that are measured at a time, each in a process of its own."""

Columns = Mapping[str, Mapping[str, Held]]


def cell(held: Held) -> str:
    """What the SIS holds, and what was said about it where it is not plain success."""
    codes = ", ".join(f"`{code}`" for code in held.codes)
    return f"{held.words} ({codes})" if codes else held.words


def written(columns: Columns) -> str:
    """Every theme: a sentence for each kind, and the table."""
    return "\n\n".join(_theme(theme, columns) for theme in THEMES)


def _theme(theme: Theme, columns: Columns) -> str:
    said = "\n".join(f"- **{kind.name}.** {kind.seen}" for kind in theme.kinds)
    return f"## {theme.title}\n\n{said}\n\n{_table(theme, columns)}"


def _table(theme: Theme, columns: Columns) -> str:
    """The theme's kinds down, the SIS across."""
    head = ["Grade in Classroom", *columns]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for kind in theme.kinds:
        cells = [cell(column[kind.name]) for column in columns.values()]
        lines.append("| " + " | ".join([kind.name, *cells]) + " |")
    return "\n".join(lines)


def column(name: str) -> dict[str, str]:
    """A SIS's column as the page has it, by kind."""
    text = PAGE.read_text("utf-8")
    rows = text[text.index(BEGIN) : text.index(END)].splitlines()
    cells = [[part.strip() for part in row.strip("| ").split(" | ")] for row in rows if row.startswith("| ")]
    place = cells[0].index(name)
    return {row[0]: row[place] for row in cells if row[place] != name}


def measured(name: str) -> dict[str, Held]:
    """Measure one SIS of the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(name, Path(folder))


def main() -> None:
    """Measure every SIS of the sandbox, and write the tables into the page."""
    with ProcessPoolExecutor(AT_ONCE, mp_context=multiprocessing.get_context("spawn")) as pool:
        columns = dict(zip(names(), pool.map(measured, names()), strict=True))
    text = PAGE.read_text("utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{before}{BEGIN}\n\n{written(columns)}\n\n{after}", "utf-8")


if __name__ == "__main__":
    main()
