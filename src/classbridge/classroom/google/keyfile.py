"""A service account's key file, as downloaded from Google Cloud: checked before it is kept."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from google.oauth2 import service_account

GOOGLE_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
FIELDS = ("private_key_id", "private_key", "client_email", "client_id", "token_uri")
"""What is needed of it beside its type."""

Fault = Literal["json", "type", "field", "token_uri", "key"]


class KeyFileError(Exception):
    """A text that is no usable key file: `fault`, and what it is about (a type, a field's name, an address)."""

    def __init__(self, fault: Fault, about: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.about = about


def read_key_file(text: str | bytes, token_uri: str = GOOGLE_TOKEN_URI) -> dict[str, Any]:
    """Read a key file whose tokens come from `token_uri`; any other address is refused. Raises `KeyFileError`.

    An assertion signed with the key goes to that address, so a file must not be able to name it.
    """
    try:
        info = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise KeyFileError("json") from None
    if not isinstance(info, dict):
        raise KeyFileError("json")
    if info.get("type") != "service_account":
        raise KeyFileError("type", _kind(info))
    missing = [name for name in FIELDS if not isinstance(info.get(name), str) or not info[name].strip()]
    if missing:
        raise KeyFileError("field", missing[0])
    if info["token_uri"] != token_uri:
        raise KeyFileError("token_uri", info["token_uri"][:200])
    _check_key(info)
    return {name: info[name] for name in ("type", *FIELDS)}


def _kind(info: Mapping[str, Any]) -> str:
    """Name what was given instead: Google's other credential files have no type, but one member with a name."""
    for name in ("type", "web", "installed"):
        if name in info:
            return str(info[name])[:40] if name == "type" else name
    return "-"


def _check_key(info: Mapping[str, Any]) -> None:
    try:
        service_account.Credentials.from_service_account_info(info)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        raise KeyFileError("key") from None
