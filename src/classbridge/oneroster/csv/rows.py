"""Records of the model as the rows of a package, and a list of what the version cannot say.

A row is never made up: what the standard requires and the record does not have leaves the row out, and so does a
reference to a row that was left out. The few values that are put in instead (`sheet`) are told as losses.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct

from classbridge.oneroster.codec import to_wire
from classbridge.oneroster.csv.cells import one_line, text_of
from classbridge.oneroster.csv.folds import FOLDS, PROFILE_MEMBERS, Fold, said
from classbridge.oneroster.csv.layout import Mode, layout
from classbridge.oneroster.csv.links import Cells
from classbridge.oneroster.csv.loss import Kind, Loss, OnLoss
from classbridge.oneroster.csv.mapping import METADATA
from classbridge.oneroster.csv.roles import role_in_1_2
from classbridge.oneroster.csv.sheet import Problem, Sheet, file_of, sheet
from classbridge.oneroster.models import AcademicSession, Class, LineItem, Org, Record, ScoreScale, User, Version

_LINK_IDS = UUID("6f0b9a35-2f0e-5b0f-9d0c-5f2c0a8d7e11")
_STATUS, _MODIFIED = 1, 2
"""The places of status and dateLastModified in every row."""


def modes_of(given: Mapping[str, Mode]) -> dict[str, Mode]:
    """The modes of every file, given those of some: a link has its owner's, and what nobody says is bulk."""
    names = [*layout(Version.V1_2).files, *layout(Version.V1_1).files]
    owners = {name: FOLDS[name].owner_file if name in FOLDS else name for name in names}
    return {name: given.get(name) or given.get(owner, "bulk") for name, owner in owners.items()}


class Line(Struct, frozen=True, kw_only=True):
    """A row: its file (`users`), its cells in the layout's order, and its extensions by column name."""

    file: str
    cells: list[str]
    extensions: dict[str, str]


class Rows:
    """Turns records into rows of a version. Give it what is referred to before what refers to it.

    `modes` are those of the files; in a delta, `now` is the date of a record that has none. Remembers the types of
    organisations and sessions, the school and course of each class, and the rows that were left out, no more.
    """

    def __init__(
        self, version: Version, modes: Mapping[str, Mode], on_loss: OnLoss, *, now: datetime | None = None
    ) -> None:
        self.version = version
        self._files = layout(version).files
        self._modes = modes_of(modes)
        self._on_loss = on_loss
        self._now = text_of(now or datetime.now(UTC))
        self._org_types: dict[str, str] = {}
        self._session_types: dict[str, str] = {}
        self._classes: dict[str, tuple[str, str]] = {}
        self._left_out: dict[str, set[str]] = defaultdict(set)

    def of(self, record: Record, links: Mapping[str, list[Cells]] | None = None) -> Iterator[Line]:
        """The rows of a record, its own first. `links` are rows of link files that it came with, by file.

        A link that the record still has keeps its row; a new one gets a sourcedId derived from what it says.
        """
        file = file_of(record)
        if file not in self._files:
            self._lose("file", file, record.sourced_id)
            return
        if not record.active and self._modes[file] == "bulk":
            self._lose("deleted", file, record.sourced_id)
            return
        self._remember(record)
        own = self._own(file, record)
        if own:
            yield own
            for fold in sheet(self.version, file).folds:
                yield from self._link_lines(fold, record, (links or {}).get(fold.file, []))

    def link(self, file: str, cells: Cells) -> Iterator[Line]:
        """The row of a link by itself: in a delta, of an owner that did not change."""
        if file not in self._files:
            self._lose("file", file, cells["sourcedId"])
            return
        line = self._link_line(FOLDS[file], cells)
        if line:
            yield line

    def _remember(self, record: Record) -> None:
        if isinstance(record, Org):
            self._org_types[record.sourced_id] = record.type
        if isinstance(record, AcademicSession):
            self._session_types[record.sourced_id] = record.type
        if isinstance(record, Class) and self.version is Version.V1_2:
            self._classes[record.sourced_id] = (text_of(record.school), text_of(record.course))

    def _own(self, file: str, record: Record) -> Line | None:
        made = sheet(self.version, file)
        problems: list[Problem] = []
        cells = [say(record, problems) for say in made.says]
        for name, text in self._supplied(record).items():
            place = made.places.get(name)
            if place is not None and not cells[place]:
                cells[place] = text
        self._tell(file, record.sourced_id, problems)
        self._tell_unsaid(made, file, record)
        extensions = {METADATA + one_line(name): self._extension(file, record, name) for name in record.metadata}
        return self._fitted(file, cells, {name: text for name, text in extensions.items() if text})

    def _supplied(self, record: Record) -> Cells:
        """Cells that follow from other members or records, where the record does not have them itself."""
        match record:
            case User() if self.version is Version.V1_1:
                return self._flat(record)
            case LineItem():
                session = record.academic_session or record.grading_period
                period = record.grading_period or record.academic_session
                self._tell_period(record, text_of(period))
                school, _ = self._classes.get(record.class_.sourced_id, ("", ""))
                return {
                    "academicSessionSourcedId": text_of(session),
                    "gradingPeriodSourcedId": text_of(period),
                    "schoolSourcedId": school,
                }
            case ScoreScale():
                school, course = self._classes.get(text_of(record.class_), ("", ""))
                return {"orgSourcedId": school, "courseSourcedId": course}
        return {}

    def _tell_period(self, item: LineItem, period: str) -> None:
        kind = self._session_types.get(period, "gradingPeriod")
        if self.version is Version.V1_1 and kind != "gradingPeriod":
            why = "1.1 asks for a grading period; the session is of another type."
            self._lose("value", "lineItems", item.sourced_id, "gradingPeriodSourcedId", why)

    def _flat(self, user: User) -> Cells:
        """A person's role and organisations as 1.1 has them."""
        bare = User(sourced_id=user.sourced_id, given_name="", family_name="", roles=user.roles)
        wire = to_wire(bare, Version.V1_1)
        orgs: list[dict[str, str]] = wire["orgs"]
        names = {role.role for role in user.roles}
        if len(names) > 1:
            self._lose("column", "roles", user.sourced_id, "role", "1.1 has one role for a person.")
        if wire.get("role") not in names and names:
            why = f"1.1 has no such role; it became {wire['role']}."
            self._lose("value", "roles", user.sourced_id, "role", why)
        for role in user.roles:
            self._tell_role(user, role)
        ids = [org["sourcedId"] for org in orgs]
        kept = [one for one in ids if "," not in one]
        if len(kept) < len(ids):
            self._lose("text", "users", user.sourced_id, "orgSourcedIds", "A sourcedId has a comma.")
        return {"role": wire.get("role", ""), "orgSourcedIds": ",".join(kept)}

    def _tell_role(self, user: User, role: Any) -> None:
        said_not = {
            "beginDate": role.begin_date,
            "endDate": role.end_date,
            "userProfileSourcedId": role.user_profile,
            "roleType": role.role_type != "primary",
        }
        for column, value in said_not.items():
            if value:
                self._lose("file", "roles", user.sourced_id, column)

    def _extension(self, file: str, record: Record, name: str) -> str:
        value = record.metadata[name]
        if value is not None and not isinstance(value, str):
            self._lose("text", file, record.sourced_id, METADATA + one_line(name), "Its type is lost.")
        return text_of(value)

    def _tell_unsaid(self, made: Sheet, file: str, record: Record) -> None:
        for attribute, kind, at, column in made.unsaid:
            value = getattr(record, attribute)
            if value is not None and value != [] and value != {}:
                self._lose(kind, at, record.sourced_id, column)
        if isinstance(record, User) and self.version is Version.V1_2:
            self._tell_profiles(record)
        if isinstance(record, LineItem) and record.grading_period and record.academic_session:
            lost = record.grading_period if self.version is Version.V1_2 else record.academic_session
            kept = record.academic_session if self.version is Version.V1_2 else record.grading_period
            if lost.sourced_id != kept.sourced_id:
                column = "gradingPeriodSourcedId" if self.version is Version.V1_2 else "academicSessionSourcedId"
                self._lose("column", file, record.sourced_id, column)

    def _tell_profiles(self, user: User) -> None:
        """A row of userProfiles has one credential, of which it names type and username."""
        for profile in user.user_profiles:
            credentials = profile.get("credentials") or []
            inside = [*(set(profile) - {"profileId", "credentials", *PROFILE_MEMBERS})]
            inside += [name for one in credentials[:1] for name in one if name not in ("type", "username")]
            for name in sorted(inside):
                self._lose("column", "userProfiles", user.sourced_id, one_line(name))
            if len(credentials) > 1:
                why = "A profile has one credential."
                self._lose("column", "userProfiles", user.sourced_id, "credentialType", why)

    def _link_lines(self, fold: Fold, record: Record, rows: list[Cells]) -> Iterator[Line]:
        """Rows that say what the record says, or a removal, as they are; then those that are missing."""
        wanted = [self._worded(fold, record, cells) for cells in said(fold, record)]
        kept = set()
        for row in rows:
            key = tuple(row[name] for name in fold.columns)
            if key in map(_values, wanted):
                kept.add(key)
            elif row["status"] != "tobedeleted":
                continue
            yield from self.link(fold.file, row)
        for cells in wanted:
            if _values(cells) not in kept:
                yield from self.link(fold.file, self._new(fold, record, cells))

    def _worded(self, fold: Fold, record: Record, cells: Cells) -> Cells:
        """A link in the words of 1.2, which knows three kinds of administrators."""
        if fold.file != "roles":
            return cells
        role = role_in_1_2(cells["role"], self._org_types.get(cells["orgSourcedId"]))
        if role != cells["role"]:
            self._lose("value", "roles", record.sourced_id, "role", f"1.2 has no administrator; it became {role}.")
            return {**cells, "role": role}
        return cells

    def _new(self, fold: Fold, record: Record, cells: Cells) -> Cells:
        key = "\0".join([fold.file, record.sourced_id, *_values(cells)])
        identity = cells.get("sourcedId") or str(uuid5(_LINK_IDS, key))
        modified = text_of(record.date_last_modified)
        owner = {"status": record.status, "dateLastModified": modified, fold.owner: record.sourced_id}
        return {**cells, **owner, "sourcedId": identity}

    def _link_line(self, fold: Fold, row: Cells) -> Line | None:
        cells = [row.get(column.name, "") for column in self._files[fold.file].columns]
        extensions = {name: text for name, text in row.items() if name.startswith(METADATA) and text}
        return self._fitted(fold.file, cells, extensions)

    def _fitted(self, file: str, cells: list[str], extensions: dict[str, str]) -> Line | None:
        """The row as the version may have it; None where it cannot."""
        made = sheet(self.version, file)
        identity = cells[0]
        if self._modes[file] == "bulk":
            cells[_STATUS] = cells[_MODIFIED] = ""
        else:
            cells[_MODIFIED] = cells[_MODIFIED] or self._now
        problems: list[Problem] = []
        sound = made.fit(cells, problems) and self._resolved(made, cells, problems)
        self._tell(file, identity, problems)
        # In a delta the record that is left out here may well be there already.
        if not sound and made.referred_to and self._modes[file] == "bulk":
            self._left_out[file].add(identity)
        return Line(file=file, cells=cells, extensions=extensions) if sound else None

    def _resolved(self, made: Sheet, cells: list[str], problems: list[Problem]) -> bool:
        """Take out references to rows that were left out; False where the row cannot be without."""
        for place, column in made.references if self._left_out else ():
            gone = self._left_out.get(column.references or "", set())
            left = [one for one in cells[place].split(",") if one not in gone] if gone else None
            if left is None or len(left) == cells[place].count(",") + 1:
                continue
            problems.append(Problem(kind="reference", column=column.name))
            cells[place] = ",".join(left)
            if not left and column.required == "yes":
                return False
        return True

    def _tell(self, file: str, sourced_id: str, problems: list[Problem]) -> None:
        for one in problems:
            self._lose(one.kind, file, sourced_id, one.column, one.why)

    def _lose(self, kind: Kind, file: str, sourced_id: str, column: str = "", why: str = "") -> None:
        self._on_loss(Loss(kind=kind, file=file, sourced_id=sourced_id, column=column, why=why))


def _values(cells: Cells) -> tuple[str, ...]:
    return tuple(cells.values())
