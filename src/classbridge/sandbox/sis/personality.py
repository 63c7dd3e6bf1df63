"""How a made-up SIS behaves, as data: one TOML file per product and OneRoster version.

The habits come from public documents about the real products. Those that no public source states, and that we
chose, are named in `unverified`.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct, field

from classbridge.oneroster.models import Version
from classbridge.oneroster.provider.options import PageHeaders
from classbridge.oneroster.provider.tokens import Placement, ScopePolicy


class Personality(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One SIS's habits; the defaults are the plain standard's."""

    id: str
    """The SIS's id, as in `--vendor`."""
    name: str
    version: Version
    unverified: tuple[str, ...] = ()
    """The members below that no public source states."""

    # Addresses
    prefix: str
    """What an admin pastes: it stands for `/ims/oneroster/v1p1` (1.1) or `/ims/oneroster` (1.2)."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Values of the `{names}` in `prefix` and `token_query`."""
    case_insensitive: bool = False
    """Whether paths may be written in any case (IIS)."""
    token_path: str = "/oauth/token"  # noqa: S105 - an address
    token_query: dict[str, str] = field(default_factory=dict)
    """What the token URL's query must hold."""
    token_elsewhere: bool = False
    """Whether the token endpoint is on another host (in the sandbox: another port)."""

    # Access
    client_auth: tuple[Placement, ...] = ("basic", "basic_urlencoded", "body")
    scope_policy: ScopePolicy = "require"
    token_lifetime: int = 3600
    single_active_token: bool = False
    vendor_header: str | None = None
    """A header with a second credential that the collections of `vendor_header_on` ask for."""
    vendor_header_on: tuple[str, ...] = ()
    write_licence: bool = True
    """Whether writing is licensed; without it PUT and DELETE are answered 403."""

    # Reading
    page_cap: int | None = None
    page_headers: PageHeaders = "both"
    filter_reject: tuple[str, ...] = ()
    """`collection.field` pairs that a filter may not name."""
    class_categories: bool = True
    """Whether `/classes/{id}/categories` exists."""

    # The gradebook
    category_required: bool = False
    category_forbidden: tuple[str, ...] = ()
    default_category: str | None = None
    """Title of the category that work without one is filed under."""
    title_max: int | None = None
    title_policy: Literal["reject", "truncate"] = "reject"
    whole_points: bool = False
    """Whether the maximum points must be a whole number."""
    due_date_window: Literal["ignore", "reject"] = "ignore"
    """`reject`: a due date is needed, and must lie in a term of the class."""
    score_decimals: int | None = None
    """Decimals that are kept; None keeps all."""
    above_maximum: Literal["keep", "clamp", "reject"] = "keep"
    score_statuses: tuple[str, ...] = ()
    """The score statuses that are taken; without any, all of the standard's."""
    put_update_status: int | None = None
    delete_line_items: bool = True

    @property
    def base_path(self) -> str:
        """The prefix with its parameters filled in."""
        return self.prefix.format(**self.parameters)


@cache
def _files() -> dict[tuple[str, Version], Personality]:
    folder = files(__package__).joinpath("personalities")
    read = [msgspec.toml.decode(path.read_bytes(), type=Personality) for path in folder.iterdir()]
    return {(personality.id, personality.version): personality for personality in read}


def names() -> Sequence[str]:
    """Every personality as `id@version`."""
    return sorted(f"{vendor}@{version}" for vendor, version in _files())


def load(name: str) -> Personality:
    """The personality of `id` or `id@version`; without a version the SIS's newest. Raises `KeyError`."""
    vendor, _, version = name.partition("@")
    found = [found for (known, at), found in _files().items() if known == vendor and version in ("", at)]
    if not found:
        raise KeyError(f"There is no sandbox SIS {name}; there are {', '.join(names())}.")
    return max(found, key=lambda personality: personality.version)
