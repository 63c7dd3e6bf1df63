"""docs/grades.md: each kind of grade and what each SIS holds; `python -m tests.kinds.page [SIS …]` writes it."""

import multiprocessing
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from classbridge.sandbox.sis import names
from tests.kinds.kinds import THEMES, Theme
from tests.kinds.measuring import Held, measure

PAGE = Path(__file__).parents[2] / "docs" / "grades.md"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
PLAIN = ("VERIFIED", "")
AT_ONCE = 2
"""SIS that are measured at a time, each in a process of its own."""

NOT_MEASURED = "–"
Columns = Mapping[str, Mapping[str, str]]
"""Cells by SIS and kind."""


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
        cells = [column.get(kind.name, NOT_MEASURED) for column in columns.values()]
        lines.append("| " + " | ".join([kind.name, *cells]) + " |")
    return "\n".join(lines)


def column(name: str) -> dict[str, str]:
    """A SIS's column as the page has it, by kind."""
    text = PAGE.read_text("utf-8")
    rows = text[text.index(BEGIN) : text.index(END)].splitlines()
    cells = [[part.strip() for part in row.strip("| ").split(" | ")] for row in rows if row.startswith("| ")]
    place = cells[0].index(name)
    return {row[0]: row[place] for row in cells if row[place] != name}


def measured(name: str) -> dict[str, str]:
    """Measure one SIS of the sandbox; its cells."""
    with tempfile.TemporaryDirectory() as folder:
        return {kind: cell(held) for kind, held in measure(name, Path(folder)).items()}


def main(wanted: Sequence[str]) -> None:
    """Measure these SIS of the sandbox, and write each into the page as soon as it is known."""
    columns = {name: column(name) for name in names()}
    with ProcessPoolExecutor(AT_ONCE, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(measured, name): name for name in wanted}
        for done in as_completed(running):
            columns[running[done]] = done.result()
            text = PAGE.read_text("utf-8")
            before, after = text[: text.index(BEGIN)], text[text.index(END) :]
            PAGE.write_text(f"{before}{BEGIN}\n\n{written(columns)}\n\n{after}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or names())
