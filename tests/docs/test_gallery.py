"""The gallery shows every picture that is taken, and every way to get a connection wrong."""

import re

from tests.docs.reference import ROOT
from tests.web.wrong_ways import WAYS

IMAGES = ROOT / "docs" / "images"
TEXT = (ROOT / "docs" / "gallery.md").read_text("utf-8")
MOST = 3_000_000
"""Bytes that all pictures may have together: they come with every copy of the source."""


def test_every_picture_is_in_the_gallery() -> None:
    taken = {str(path.relative_to(IMAGES)) for path in IMAGES.rglob("*.png")}
    assert set(re.findall(r"\(images/([\w/-]+\.png)\)", TEXT)) == taken


def test_every_way_to_get_a_connection_wrong_has_its_message_and_its_picture() -> None:
    for name, (code, _) in WAYS.items():
        assert re.search(rf"`{code}`\n\n!\[[^]]+\]\(images/wrong/{name}\.png\)", TEXT), name


def test_the_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in IMAGES.rglob("*.png")) < MOST
