"""docs/grades.md: every kind of grade and what each SIS then holds; written by `python -m tests.kinds.page`."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from classbridge.sandbox.sis import names
from tests.kinds.kinds import KINDS
from tests.kinds.measuring import Held, measure

PAGE = Path(__file__).parents[2] / "docs" / "grades.md"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
PLAIN = ("VERIFIED", "")


def cell(held: Held) -> str:
    """What the SIS holds, and the outcome where it is not plain success."""
    return held.words if held.code in PLAIN else f"{held.words} (`{held.code}`)"


def table(columns: Mapping[str, Mapping[str, Held]]) -> str:
    """The kinds down, the SIS across."""
    head = ["Grade in Classroom", *columns]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for kind in KINDS:
        cells = [cell(column[kind.name]) for column in columns.values()]
        lines.append("| " + " | ".join([kind.name, *cells]) + " |")
    return "\n".join(lines)


def column(name: str) -> dict[str, str]:
    """A SIS's column as the page has it, by kind."""
    text = PAGE.read_text("utf-8")
    rows = text[text.index(BEGIN) : text.index(END)].strip().splitlines()[1:]
    cells = [[part.strip() for part in row.strip("| ").split(" | ")] for row in rows if row.startswith("|")]
    place = cells[0].index(name)
    return {row[0]: row[place] for row in cells[2:]}


def main() -> None:
    """Measure every SIS of the sandbox, and write the table into the page."""
    columns = {}
    for name in names():
        with tempfile.TemporaryDirectory() as folder:
            columns[name] = measure(name, Path(folder))
    text = PAGE.read_text("utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(columns)}\n\n{after}", "utf-8")


if __name__ == "__main__":
    main()
