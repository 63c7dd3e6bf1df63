"""What was decided for a class about exports: its own drift policy, and what runs every night."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import or_

from classbridge.bridge.decision import DriftPolicy
from classbridge.store import policies
from classbridge.store.rows import Rows, columns, record, values
from classbridge.store.tables import class_setting

Nightly = Literal["import", "export"]
"""A kind of run that may begin at night."""

ON = {"export": class_setting.c.nightly_export, "import": class_setting.c.nightly_import}
NIGHT = {"export": class_setting.c.export_night, "import": class_setting.c.import_night}


class ClassSetting(Struct, frozen=True, kw_only=True):
    """A class's settings; `drift` None: as the district says. Each night is the last one that was dealt with."""

    side: str
    course_id: str
    drift: str | None = None
    nightly_export: bool = False
    nightly_import: bool = False
    export_night: date | None = None
    import_night: date | None = None
    changed_by: str
    changed_at: datetime

    def night(self, kind: Nightly) -> date | None:
        """The last night of a kind."""
        return self.export_night if kind == "export" else self.import_night

    def on(self, kind: Nightly) -> bool:
        """Whether a kind runs every night."""
        return self.nightly_export if kind == "export" else self.nightly_import


def get(rows: Rows, side: str, course_id: str) -> ClassSetting | None:
    """A class's settings; None: nobody has decided anything, and nothing runs at night."""
    wanted = rows.select(class_setting, *columns(class_setting, ClassSetting))
    found = rows.first(wanted.where(class_setting.c.side == side, class_setting.c.course_id == course_id))
    return None if found is None else record(ClassSetting, found)


def scheduled(rows: Rows, side: str) -> dict[str, ClassSetting]:
    """The settings of the classes for which something runs at night, by class."""
    wanted = rows.select(class_setting, *columns(class_setting, ClassSetting))
    found = rows.all(wanted.where(class_setting.c.side == side, or_(*ON.values())))
    return {row.course_id: record(ClassSetting, row) for row in found}


def save(rows: Rows, setting: ClassSetting) -> None:
    """Keep what was decided for a class; its nights (see `take`) and its default category stay as they are."""
    decided = {name: value for name, value in values(setting).items() if not name.endswith("_night")}
    rows.upsert(class_setting, decided)


def due(rows: Rows, kind: Nightly, night: date, limit: int) -> Sequence[tuple[str, str]]:
    """The classes (side, id) whose turn it is in a night, those that waited longest first."""
    last, here = NIGHT[kind], class_setting.c
    wanted = rows.select(class_setting, here.side, here.course_id).where(
        ON[kind].is_(True), or_(last.is_(None), last < night)
    )
    ordered = wanted.order_by(last.is_not(None), last, here.side, here.course_id)
    return [(row.side, row.course_id) for row in rows.all(ordered.limit(limit))]


def take(rows: Rows, side: str, course_id: str, kind: Nightly, night: date) -> bool:
    """Note that a class's night is dealt with. False: it was already, or the schedule is off."""
    last, here = NIGHT[kind], class_setting.c
    mine = (here.side == side, here.course_id == course_id, ON[kind].is_(True))
    return bool(rows.update(class_setting, {last.name: night}, *mine, or_(last.is_(None), last < night)))


def stop_exports(rows: Rows, side: str, course_id: str) -> None:
    """Export the class no more by night; whoever stands behind its other nightly runs stays."""
    mine = class_setting.c.side == side, class_setting.c.course_id == course_id
    rows.update(class_setting, {"nightly_export": False}, *mine)


def drift_of(rows: Rows, side: str, course_id: str) -> DriftPolicy:
    """The drift policy that holds for a class: its own, or else the district's."""
    own = get(rows, side, course_id)
    return DriftPolicy(own.drift) if own and own.drift else policies.drift(rows)
