"""Check the pages' catalogues against the pages: `python -m classbridge.text.check [--update]`.

Exits 1 and names every message that a catalogue lacks, leaves untranslated, translates with other
placeholders, or keeps though no page uses it. `--update` adds and drops messages instead.
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from classbridge.text.languages import LANGUAGES, SOURCE, catalogue

PAGES = Path(__file__).resolve().parent.parent / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
IDLE_HEADS = re.compile(
    r'"(POT-Creation-Date|PO-Revision-Date|Project-Id-Version|Report-Msgid-Bugs-To|Last-Translator'
    r"|Language-Team|Generated-By): .*\n"
)
"""Lines of a catalogue's head that say nothing or would change with every run."""

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def wanted() -> Catalog:
    """Gather every message that the pages use."""
    found = Catalog(locale=SOURCE, project="classbridge", charset="utf-8")
    for name, _, message, comments, context in extract_from_dir(PAGES, METHODS, OPTIONS):
        found.add(message, None, [(f"web/{name}", 0)], auto_comments=comments, context=context)
    return found


def kept(language: str) -> Catalog:
    """Read a language's catalogue."""
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def problems(language: str, pages: Catalog) -> list[str]:
    """Name what is wrong with a language's catalogue, a line each."""
    ours = kept(language)
    lines = [f"{language}: missing: {m.id!r}" for m in pages if m.id and ours.get(m.id, m.context) is None]
    for message in ours:
        if not message.id:
            continue
        if pages.get(message.id, message.context) is None:
            lines.append(f"{language}: no page uses: {message.id!r}")
        elif not _texts(message.string) or "" in _texts(message.string) or message.fuzzy:
            lines.append(f"{language}: untranslated: {message.id!r}")
        elif not _placeholders_fit(message):
            lines.append(f"{language}: other placeholders than in English: {message.id!r}")
    return lines + [f"{language}: kept but obsolete: {identity!r}" for identity in ours.obsolete]


def update(language: str, pages: Catalog) -> None:
    """Write the catalogue anew with the pages' messages; English texts are their own translation."""
    path = catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    old = kept(language) if path.exists() else Catalog(locale=language)
    new = Catalog(locale=language, header_comment=f"# The pages' words: {LANGUAGES[language]}.", fuzzy=False)
    for message in pages:
        if message.id:
            before = old.get(message.id, message.context)
            text = message.id if language == SOURCE else before.string if before else None
            new.add(message.id, text, message.locations, context=message.context)
    with path.open("wb") as file:
        write_po(file, new, width=110, omit_header=False, sort_by_file=True, include_lineno=False)
    path.write_text(IDLE_HEADS.sub("", path.read_text("utf-8")), "utf-8")


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (str(value),) if value else ()


def _placeholders_fit(message: Message) -> bool:
    """A singular may leave its number out; nothing else may differ."""
    names = {name for text in _texts(message.id) for name in PLACEHOLDER.findall(text)}
    used = {name for text in _texts(message.string) for name in PLACEHOLDER.findall(text)}
    return names == used


def main(arguments: list[str]) -> int:
    """Check, or update with `--update`; return the exit code."""
    pages = wanted()
    if "--update" in arguments:
        for language in LANGUAGES:
            update(language, pages)
    lines = [line for language in LANGUAGES for line in problems(language, pages)]
    for line in lines:
        print(line)  # noqa: T201 - this is a command
    print(f"{len(pages)} messages, {len(lines)} problems")  # noqa: T201
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
