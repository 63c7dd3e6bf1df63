"""Reads and writes one entity's JSON object in OneRoster 1.1 and 1.2 (REST bindings of both).

Reading decodes straight into the model; only a record that this refuses gets the tolerant second look of
`repair`. Writing is exact: date-times in milliseconds with Z, booleans as the strings that 1.2 prescribes and
1.1 servers accept, scores as JSON numbers with their own digits.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from classbridge.oneroster import repair
from classbridge.oneroster.errors import RecordError, Seen
from classbridge.oneroster.models import (
    AssessmentLineItem,
    AssessmentResult,
    Category,
    LineItem,
    Record,
    Ref,
    Result,
    Role,
    User,
    Version,
    type_of,
)
from classbridge.oneroster.roots import Roots
from classbridge.oneroster.shape import Member, collections, members, ref_types, services, written


class _FlatUser(User, kw_only=True):
    """A user as 1.1 has it: one role, and the organisations it is held in."""

    role: str | None = None
    orgs: list[Ref] = msgspec.field(default_factory=list)


_structs: list[type[Record]] = [*type_of.values(), _FlatUser]
_decoders = {struct: msgspec.json.Decoder(struct, strict=False) for struct in _structs}
_list_decoders: dict[type[Record], msgspec.json.Decoder[list[Any]]] = {
    struct: msgspec.json.Decoder(list[struct], strict=False)  # type: ignore[valid-type]
    for struct in _structs
}
_encoder = msgspec.json.Encoder(decimal_format="number")
_entity_of = {struct: entity for entity, struct in type_of.items()}
_roles_in_1_1 = {
    "districtAdministrator": "administrator",
    "siteAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "principal": "administrator",
    "counselor": "aide",
}
_own_collection = {
    "student": "user",
    "teacher": "user",
    "term": "academicSession",
    "gradingPeriod": "academicSession",
    "school": "org",
}


def decode(entity: str, raw: bytes | msgspec.Raw, version: Version) -> Record:
    """Read one entity's JSON object, by the name of its single envelope ("user", "lineItem", ...).

    Unknown members are ignored, passwords are never kept. Raises `RecordError` with the member at fault and
    the rule it breaks, never with a value.
    """
    struct = type_of[entity]
    if struct is User and (version is Version.V1_1 or b'"roles"' not in bytes(raw)):
        return _from_flat(_read(raw, _FlatUser))
    return _checked(_read(raw, struct))


def decode_list(entity: str, raw: bytes | msgspec.Raw, version: Version) -> list[Record] | None:
    """Read a JSON list of one entity's objects in one go; each comes out as `decode` gives it.

    None when a record of it needs the tolerant second look: read them one by one.
    """
    struct = type_of[entity]
    flat = struct is User and version is Version.V1_1
    body = bytes(raw)
    if b'""' in body:
        return None
    try:
        records = _list_decoders[_FlatUser if flat else struct].decode(body)
        if flat:
            return [_from_flat(one) for one in records]
        if struct is User and b'"orgs"' in body and not all(one.roles for one in records):
            return None
        if struct in _NUMBERS or (struct is User and b'"userProfiles"' in body):
            return [_checked(one) for one in records]
    except (msgspec.DecodeError, UnicodeDecodeError, RecordError):
        return None
    return records


def _read(raw: bytes | msgspec.Raw, struct: type[Record]) -> Any:
    # An empty string is a valid string to the types, but means "absent" (Q37).
    if b'""' not in bytes(raw):
        try:
            return _decoders[struct].decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return _read_tolerantly(raw, struct)


def _read_tolerantly(raw: bytes | msgspec.Raw, struct: type[Record]) -> Any:
    try:
        value = repair.loads(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RecordError(None, "$", "not valid JSON") from None
    mended = repair.repair(value, struct)
    try:
        return msgspec.convert(mended, struct, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(_sourced_id(value), str(error), _seen(mended)) from None


def _sourced_id(value: Any) -> str | None:
    found = value.get("sourcedId") if isinstance(value, dict) else None
    return str(found) if isinstance(found, str | int) and found != "" else None


def _seen(value: Any) -> Seen:
    """What a parsed and repaired record shows of itself."""
    if not isinstance(value, dict):
        return Seen()
    refs = {name: found for name, inner in value.items() if (found := _sourced_id(inner)) is not None}
    return Seen(members=frozenset(value), refs=refs, deleted=value.get("status") == "tobedeleted")


def _refusal(sourced_id: str | None, text: str, seen: Seen) -> RecordError:
    rule, _, path = text.partition(" - at ")
    if rule.startswith("Invalid enum value"):
        rule = "a value outside the vocabulary"  # the library's text quotes the value
    return RecordError(sourced_id, path.strip("`") or "$", rule, seen)


def _checked(record: Record) -> Record:
    if not record.sourced_id:
        raise RecordError(None, "$.sourcedId", "an identifier must not be empty")
    for name in _NUMBERS.get(type(record), ()):
        number = getattr(record, name)
        if number is not None and not number.is_finite():
            seen = _seen({n: v for n, v in msgspec.to_builtins(record).items() if v not in (None, [], {})})
            raise RecordError(record.sourced_id, f"$.{name}", "a number must be finite", seen)
    if isinstance(record, User) and record.user_profiles:
        record.user_profiles = _without_passwords(record.user_profiles)
    return record


def _without_passwords(value: Any) -> Any:
    if isinstance(value, dict):
        return {n: _without_passwords(v) for n, v in value.items() if "password" not in n.lower()}
    return [_without_passwords(item) for item in value] if isinstance(value, list) else value


def _from_flat(flat: _FlatUser) -> Record:
    values = msgspec.structs.asdict(flat)
    role, orgs = values.pop("role"), values.pop("orgs")
    if role and not flat.roles:
        values["roles"] = [Role(role=role, org=org) for org in orgs]
    return _checked(User(**values))


_NUMBERS: dict[type[Record], tuple[str, ...]] = {
    AssessmentLineItem: ("result_value_min", "result_value_max"),
    AssessmentResult: ("score", "score_percentile"),
    Category: ("weight",),
    LineItem: ("result_value_min", "result_value_max"),
    Result: ("score",),
}


def encode(record: Record, version: Version, *, href_base: str | Roots | None = None) -> bytes:
    """Write one entity's JSON object (no envelope).

    `href_base` is the root that the hrefs of references start with: for 1.1 the service root
    (".../ims/oneroster/v1p1"), for 1.2 what comes before the service (".../ims/oneroster"), or `Roots` for
    any other layout. Without it a reference carries its own href, if it has one.
    """
    return _encoder.encode(to_wire(record, version, href_base=href_base))


def to_wire(record: Record, version: Version, *, href_base: str | Roots | None = None) -> dict[str, Any]:
    """Return one entity's JSON object as a dict; scores stay Decimal (exact), everything else is plain.

    1.1 says less than 1.2: a user's primary role (mapped to 1.1's vocabulary) and the organisations of all
    roles, a line item's academic session as its grading period; the rest of 1.2 is left out.
    """
    entity = _entity_of[type(record)]
    href = _href_maker(href_base, version)
    wire: dict[str, Any] = {"sourcedId": record.sourced_id, "status": record.status}
    for member in written(entity, type(record), version):
        value = getattr(record, member.attribute)
        if value is not None and value != [] and value != {}:
            wire[member.name] = _out(value, member, entity, href)
    if isinstance(record, User):
        _write_roles(wire, record, version, href)
    if isinstance(record, LineItem) and version is Version.V1_1:
        _write_grading_period(wire, record, href)
    return wire


Href = Callable[[str, str], str | None]


def _href_maker(base: str | Roots | None, version: Version) -> Href:
    if base is None:
        return lambda _type, _id: None
    roots = base if isinstance(base, Roots) else Roots.of(base, version)
    return lambda type_, id_: _link(roots, type_, id_)


def _link(roots: Roots, type_: str, sourced_id: str) -> str | None:
    collection = collections.get(type_)
    service = services.get(type_, "rostering")
    return roots.url(service, f"{collection}/{quote(sourced_id, safe='')}") if collection else None


def _out(value: Any, member: Member, entity: str, href: Href) -> Any:
    if isinstance(value, list):
        return [_out(item, member, entity, href) for item in value]
    if isinstance(value, Ref):
        return _ref(value, ref_types.get(member.attribute, entity), href)
    if isinstance(value, msgspec.Struct):
        return _nested(value, entity, href)
    if isinstance(value, bool) and member.kind != "open":
        return "true" if value else "false"
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _nested(value: msgspec.Struct, entity: str, href: Href) -> dict[str, Any]:
    pairs = ((member, getattr(value, member.attribute)) for member in members(type(value)))
    return {member.name: _out(inner, member, entity, href) for member, inner in pairs if inner is not None}


def _ref(ref: Ref, implied: str, href: Href) -> dict[str, Any]:
    type_ = ref.type or implied
    wire = {"sourcedId": ref.sourced_id, "type": type_}
    link = href(_own_collection.get(type_, type_), ref.sourced_id) or ref.href
    return {"href": link, **wire} if link else wire


def _write_roles(wire: dict[str, Any], user: User, version: Version, href: Href) -> None:
    """Write the members that every user must have, also when empty."""
    if version is Version.V1_2:
        wire.setdefault("roles", [])
        return
    role = role_in_1_1(user)
    if role:
        wire["role"] = role
    orgs = {role.org.sourced_id: role.org for role in user.roles}
    wire["orgs"] = [_ref(org, "org", href) for org in orgs.values()]


def role_in_1_1(user: User) -> str | None:
    """The one role that 1.1 says of a person: the first primary one, in 1.1's vocabulary."""
    primary = next((role for role in user.roles if role.role_type == "primary"), None)
    chosen = primary or (user.roles[0] if user.roles else None)
    return _roles_in_1_1.get(chosen.role, chosen.role) if chosen else None


def _write_grading_period(wire: dict[str, Any], item: LineItem, href: Href) -> None:
    if item.grading_period is None and item.academic_session is not None:
        wire["gradingPeriod"] = _ref(item.academic_session, "academicSession", href)
