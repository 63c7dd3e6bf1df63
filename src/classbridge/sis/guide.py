"""The way to a connection inside the SIS, step by step, in the reader's language."""

import re

from msgspec import Struct

_MENU = re.compile(r"\*\*(.+?)\*\*")
Entry = str
"""base_url, token_url, client_id, client_secret, or the name of an extra header's part."""


def menus(text: str) -> list[str]:
    """Return the menu names that a text holds, in the order in which they are chosen."""
    return _MENU.findall(text)


def segments(text: str) -> list[tuple[str, bool]]:
    """Split a text into pieces and whether each is a menu name, for pages to set apart."""
    return [(piece, index % 2 == 1) for index, piece in enumerate(_MENU.split(text)) if piece]


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step in the SIS. Menu names stand between double asterisks, as the SIS writes them."""

    id: str
    text: str
    tips: tuple[str, ...] = ()
    if_not_found: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    gives: tuple[Entry, ...] = ()
    """The entries of the connect form that this step yields."""
    optional: bool = False
    google_only: bool = False
    """Whether the step makes credentials meant for Google's own consumer."""

    @property
    def all_text(self) -> str:
        """Everything that the step says."""
        return "\n".join((self.text, *self.tips, *self.if_not_found, *self.cautions))


class Guide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All words about one SIS in one language."""

    who: str
    """Who may use it: the licence or version that it takes."""
    ask: str
    """Whom to ask without it."""
    steps: tuple[Step, ...]
    notice: str = ""
    """What must be known before the first step, such as a credential that only the vendor gives."""
    meanwhile: str = ""
    """What works without that credential."""
    key_label: str = ""
    """What this SIS calls the access key; "" for one without keys."""
    secret_label: str = ""
    url_label: str = ""
    replace_key: tuple[Step, ...] = ()
    """How to make a new key or secret for a connection that exists."""
    header_labels: dict[str, str] = {}
    """What to call each part of an extra header's value."""


class CommonGuide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The steps on our side, the same for every SIS, and the admin's other tasks."""

    before: tuple[str, ...]
    connect: tuple[Step, ...]
    data_exchange: tuple[Step, ...]
    support: tuple[Step, ...]
    disconnect: tuple[Step, ...]
    unreachable: tuple[str, ...]
    not_listed: tuple[str, ...]
