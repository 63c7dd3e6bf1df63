"""How a made-up SIS behaves, as data: one TOML file per product and OneRoster version.

The habits come from public documents about the real products. Those that no public source states, and that we
chose, are named in `unverified`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

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
    """The members below that no public source states: values of our choice."""

    # Addresses
    prefix: str
    """What an admin pastes: it stands for `/ims/oneroster/v1p1` (1.1) or `/ims/oneroster` (1.2)."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Values of the `{names}` in `prefix`, `token_path` and `token_query`."""
    flat: bool = False
    """1.2 only: whether paths lack the service segment."""
    case_insensitive: bool = False
    """Whether paths may be written in any case (IIS)."""
    lower_hrefs: bool = False
    """Whether the hrefs in answers are all in lower case."""
    token_path: str = "/oauth/token"  # noqa: S105 - an address
    token_query: dict[str, str] = field(default_factory=dict)
    """What the token URL's query must hold."""
    token_elsewhere: bool = False
    """Whether the token endpoint is on another host (in the sandbox: another port)."""
    tls: Literal["none", "whole_chain", "leaf_only"] = "none"
    """https, with or without the intermediate certificate that the leaf is signed with."""

    # Access
    auth: Literal["oauth2", "oauth1"] = "oauth2"
    client_auth: tuple[Placement, ...] = ("basic", "basic_urlencoded", "body")
    special_secret: bool = False
    """Whether the secret holds characters that mean something in a header or a form."""
    scope_policy: ScopePolicy = "require"
    scope_prefix: str = ""
    """What stands before every scope here."""
    scopes_offered: tuple[str, ...] = ()
    """The last words of the scopes on offer; without any, all of the standard's."""
    token_lifetime: int = 3600
    expires_in: Literal["number", "text", "omitted"] = "number"
    token_type: str = "Bearer"  # noqa: S105 - a word
    token_scope: bool = True
    """Whether a token answer names the scopes that were granted."""
    single_active_token: bool = False
    key_effective_days: int | None = None
    """Days from the start until the key may be used; below 0 it was before."""
    key_expires_days: int | None = None
    """Days from the start until the key ends."""
    keys_overlap: bool = True
    """Whether a new key leaves the old one in force."""
    clock_ahead: int = 0
    """Seconds by which this SIS's clock is wrong."""
    vendor_header: str | None = None
    """A header with a second credential that the collections of `vendor_header_on` ask for."""
    vendor_header_on: tuple[str, ...] = ()
    write_licence: bool = True
    """Whether writing is licensed; without it PUT and DELETE are answered 403."""
    most_at_once: int | None = None
    """Requests at a time; one more is answered 429."""
    retry_after: Literal["seconds", "date"] = "seconds"

    # Reading
    page_cap: int | None = None
    page_headers: PageHeaders = "both"
    total_off_by: int = 0
    """What is added to every X-Total-Count."""
    relative_links: bool = False
    """Whether `Link` holds paths without a host."""
    ignore_paging: bool = False
    """Whether limit and offset are not looked at."""
    rows_shift: bool = False
    """Whether rows move once while a collection's later pages are read."""
    filters: Literal["strict", "unquoted", "ignored"] = "strict"
    """`unquoted`: values may lack their quotes; `ignored`: every filter is."""
    filter_reject: tuple[str, ...] = ()
    """`collection.field` pairs that a filter may not name."""
    collection_keys: dict[str, str] = field(default_factory=dict)
    """Another name for the member that holds a collection, by the collection's name in the path."""
    scalar_single: bool = False
    """Whether a collection of one record is that record instead of a list."""
    unserved: tuple[str, ...] = ()
    """Operations (the standard's ids) that do not exist here."""
    date_format: Literal["milliseconds", "seven_digits"] = "milliseconds"
    blanks: Literal["absent", "null", "empty"] = "absent"
    """How a person's missing e-mail address and identifier are written."""
    answer_info: bool = False
    """Whether answers that succeed hold a `statusInfoSet` too (`status_info_set` beside results)."""
    errors: Literal["standard", "imsx", "statusInfoSet", "status_info_set", "html", "empty"] = "standard"
    """The body of an answer that fails."""

    # What it holds
    org_type: str = "school"
    """The type of the organisations that are schools."""
    role_prefixed_ids: bool = False
    """Whether a person is one record for each role, its sourcedId after the role's letter."""
    legacy_ids: bool = False
    """Whether a person's metadata names the id that role-prefixed versions use."""
    require_account: bool = False
    """Whether people without an enabled account are left out."""
    active_year_only: bool = False
    """Whether only the running school year's classes are shown."""
    categories_of_classes: bool = False
    """Whether every class has categories of its own, known by `metadata.classId`, and the district none."""
    emails: Literal["as_they_are", "upper_case", "blank", "doubled"] = "as_they_are"
    """`blank`: no teacher has an address; `doubled`: each teacher's is another's too."""

    # The gradebook
    category_required: bool = False
    category_forbidden: tuple[str, ...] = ()
    default_category: str | None = None
    """Title of the category that work without one is filed under."""
    category_reset_on_put: bool = False
    """Whether a PUT of a line item that is there files it under the default category again."""
    category_title_max: int | None = None
    title_max: int | None = None
    title_policy: Literal["reject", "truncate"] = "reject"
    duplicate_title_due: Literal["keep", "reject"] = "keep"
    """Whether a second line item of a class with the same title and due date is refused."""
    whole_points: bool = False
    """Whether the maximum points must be a whole number."""
    due_date_window: Literal["ignore", "reject"] = "ignore"
    """`reject`: a due date is needed, and must lie in a term of the class."""
    grading_period_by_due_date: bool = False
    """Whether the grading period of a line item is the one that its due date lies in."""
    score_decimals: int | None = None
    """Decimals that are kept; None keeps all."""
    above_maximum: Literal["keep", "clamp", "reject"] = "keep"
    comment_max: int | None = None
    score_statuses: tuple[str, ...] = ()
    """The score statuses that are taken; without any, all of the standard's."""
    other_statuses: Literal["reject", "ignore"] = "reject"
    """`ignore`: another status is stored as fully graded."""
    submitted_is_zero: bool = False
    """Whether `submitted` without a score is stored as 0."""
    refused_students: int = 0
    """How many students' results are refused, first come."""
    put_update_status: int | None = None
    put_echo: bool = False
    """Whether a PUT is answered with the record."""
    assign_ids: bool = False
    """Whether a new record gets a sourcedId of the SIS's own, told in the answer to its PUT."""
    delete_line_items: bool = True
    delete_results: bool = True
    delete_status: int = 405
    """How a DELETE that is not possible is answered."""
    deletes_mark: bool = False
    """Whether a deleted record stays, as tobedeleted."""
    hide_others_line_items: bool = False
    """Whether only line items that came through the API are shown there."""

    @property
    def base_path(self) -> str:
        """The prefix with its parameters filled in."""
        return self.prefix.format(**self.parameters)

    @property
    def token_address(self) -> str:
        """The token endpoint's path with its parameters filled in."""
        return self.token_path.format(**self.parameters)

    def with_habits(self, habits: Mapping[str, Any]) -> "Personality":
        """This personality with other habits. Raises `msgspec.ValidationError` for what is none."""
        return msgspec.convert({**msgspec.to_builtins(self), **habits}, Personality)


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
