"""Every icon that a page names is in the file of icons: one that is not leaves a hole, and says nothing."""

import pkgutil
import re
from importlib import import_module
from pathlib import Path

from classbridge.web import words
from classbridge.web.words.look import Look

WEB = Path("src/classbridge/web")


def named() -> set[str]:
    in_pages = {
        name
        for page in (WEB / "templates").rglob("*.html")
        for name in re.findall(r'icon\("([a-z-]+)"', page.read_text("utf-8"))
    }
    modules = [import_module(f"{words.__name__}.{one.name}") for one in pkgutil.iter_modules(words.__path__)]
    tables = [one for module in modules for one in vars(module).values() if isinstance(one, dict)]
    return in_pages | {look.icon for table in tables for look in table.values() if isinstance(look, Look)}


def test_every_icon_that_is_named_is_there() -> None:
    there = set(re.findall(r'id="([a-z-]+)"', (WEB / "static/vendor/icons/icons.svg").read_text("utf-8")))
    assert len(named()) > 20
    assert named() - there == set()
