"""A whole clipboard, sorted into the entries of the connect form."""

import re

from msgspec import Struct

_KIND = r"(?:(?:consumer|oauth|client|api|access|integration access|shared)[ _-]*)?"
_LABELS = (
    ("token_url", r"auth\w*[ _-]*url|token[ _-]*(?:url|endpoint)"),
    (
        "url",
        r"(?:oneroster|api|host|base|application)[\w ]*[ _-]?(?:url|address)|url|host|webbadress(?: för värd)?",
    ),
    ("secret", _KIND + r"(?:secret|password)(?:[ _-]*code)?|hemlig(?:het| kod| nyckel)|klienthemlighet"),
    ("key", _KIND + r"(?:key|id)|login|(?:åtkomst)?nyckel"),
)
_LABELLED = re.compile(
    r"^[\s\"'*•-]*(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _LABELS) + r")"
    r"(?:\s*\([^)]*\))?[\s\"']*(?:[:=\t]\s*|$)(?P<value>.*)$",
    re.IGNORECASE,
)
_URL = re.compile(r"^(?:https?://\S+|[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/\S*)?)$", re.IGNORECASE)
_TOKEN_PATH = re.compile(r"/(?:oauth2?|token|auth)\b", re.IGNORECASE)


class Pasted(Struct, kw_only=True):
    """What was found; "" where nothing was. The secret is kept out of `repr`."""

    url: str = ""
    token_url: str = ""
    key: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        kept = "kept" if self.secret else "none"
        return f"Pasted(url={self.url!r}, token_url={self.token_url!r}, key={self.key!r}, secret={kept})"


def sort_pasted(text: str) -> Pasted:
    """Sort a pasted text into URL, token URL, key and secret, by labels in English and Swedish where it has them.

    Without labels: addresses are known by their shape, and of the other two lines the key comes first.
    """
    found, loose = Pasted(), list[str]()
    waiting = ""
    for line in text.replace("{", "\n").replace("}", "\n").splitlines():
        labelled = _LABELLED.match(line) if not _URL.match(_bare(line)) else None
        if labelled:
            waiting = _label(labelled)
            value = _bare(labelled["value"])
        else:
            value = _bare(line)
        if not value:
            continue
        if waiting:
            _put(found, waiting, value)
        else:
            loose.extend(value.split())
        waiting = ""
    _sort_loose(found, loose)
    return found


def _label(found: re.Match[str]) -> str:
    return next(name for name, _ in _LABELS if found[name] is not None)


def _put(found: Pasted, name: str, value: str) -> None:
    if not getattr(found, name):
        setattr(found, name, value)


def _sort_loose(found: Pasted, words: list[str]) -> None:
    for word in words:
        if _URL.match(word):
            _put(found, "token_url" if _TOKEN_PATH.search(word) and found.url else "url", word)
        elif not found.key:
            found.key = word
        elif not found.secret:
            found.secret = word


def _bare(text: str) -> str:
    return text.strip().rstrip(",").strip().strip("\"'<>").strip()
