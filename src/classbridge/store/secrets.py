"""Sealed secrets: encrypted with the installation's keys and bound to the row they lie in.

A sealed value copied to another row does not open there. Keys are Fernet keys, newest first; older ones still
open what they sealed, so that keys can be changed without a gap.
"""

import hmac
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from classbridge.settings import Settings

KEY_FILE = "secret.key"


class SealError(Exception):
    """A sealed value that does not open: another installation's key, or another row's value."""


class Sealer:
    """Seals and opens small JSON objects."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise SealError("A secret key is not a Fernet key (32 bytes in URL-safe base64).") from error
        self._newest = keys[0].encode()

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for another purpose, such as session cookies, made from the newest key."""
        return hmac.digest(self._newest, purpose.encode(), "sha256")

    def seal(self, kind: str, row: Sequence[str], value: Mapping[str, Any]) -> str:
        """Seal a value for the row with this identity (its primary key's values) of this kind."""
        body = msgspec.json.encode({"kind": kind, "row": list(row), "value": value})
        return self._fernet.encrypt(body).decode()

    def open(self, kind: str, row: Sequence[str], sealed: str) -> dict[str, Any]:
        """Open what was sealed for this row; raises `SealError` for any other."""
        try:
            body = msgspec.json.decode(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise SealError("A stored secret was sealed with a key this installation no longer has.") from error
        if (body["kind"], body["row"]) != (kind, list(row)):
            raise SealError("A stored secret belongs to another row: the database was changed by hand.")
        value: dict[str, Any] = body["value"]
        return value

    def rotate(self, sealed: str) -> str:
        """The same secret sealed with the newest key."""
        return self._fernet.rotate(sealed.encode()).decode()


def sealer(settings: Settings) -> Sealer:
    """The installation's sealer: the settings' keys, or the key file in the data directory, made when missing."""
    return Sealer(settings.secret_keys or [_key_of_file(settings.data_dir / KEY_FILE)])


def _key_of_file(path: Path) -> str:
    if not path.exists():
        _make_key_file(path)
    return path.read_text("ascii").strip()


def _make_key_file(path: Path) -> None:
    """Written whole under another name, then linked: of several first starts one wins, none sees half a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another start was first: its key is the one
    finally:
        draft.unlink()
