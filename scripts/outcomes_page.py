"""Write docs/outcomes.md from the catalogue of outcomes; `--check` only says whether the page is up to date."""

import sys
from pathlib import Path

from classbridge.bridge.outcome import Code, Owner, catalogue
from classbridge.text import outcomes

PAGE = Path(__file__).resolve().parent.parent / "docs" / "outcomes.md"

INTRODUCTION = """\
# Outcomes

<!-- Made by scripts/outcomes_page.py. Change the texts in src/classbridge/text/outcomes.en.toml instead. -->

Everything that classbridge tells about a grade, a person or a connection is one of these outcomes. A page and the
command line show the four sentences; history and the REST API keep the code with its parameters. A word in braces
stands for a value, such as a title or a number.

The kind says what it means for the work: *sent*, *unchanged* and *info* let it go on; *skipped*, *failed* and
*held* stop what they are about. What is held waits for a person. They stand below by who can act.
"""

HEADING = """
## {owner}

| Code | Kind | What happened | What it means | What to do |
|---|---|---|---|---|
"""
OWNERS = (Owner.TEACHER, Owner.ADMIN, Owner.SIS_ADMIN, Owner.SIS_VENDOR, Owner.OPERATOR, Owner.NOBODY)


def page() -> str:
    """The whole page: a table for each owner, in it a line for each code, by name."""
    return INTRODUCTION + "".join(map(_table, OWNERS))


def _table(owner: Owner) -> str:
    name = outcomes.catalogue("en").owners[owner]
    lines = [_line(code) for code in sorted(Code) if catalogue[code].owner is owner]
    return HEADING.format(owner=name[0].upper() + name[1:]) + "".join(lines)


def _line(code: Code) -> str:
    words = outcomes.catalogue("en")
    text = words.texts[code]
    entry = catalogue[code]
    cells = (f"`{code}`", entry.kind, text.happened, text.meaning, text.fix)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it; the exit code."""
    wanted = page()
    if "--check" not in arguments:
        PAGE.write_text(wanted, "utf-8")
        return 0
    if PAGE.read_text("utf-8") == wanted:
        return 0
    print("docs/outcomes.md is stale. Run: python scripts/outcomes_page.py")  # noqa: T201 - this is a command
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
