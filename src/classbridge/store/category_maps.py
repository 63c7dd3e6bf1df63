"""How a class's grade categories in Classroom map to the SIS's: by name, many to one, and a default."""

from collections.abc import Mapping
from datetime import datetime

from classbridge.store.rows import Rows
from classbridge.store.tables import category_map, class_setting

LONGEST = 255
"""Characters of a name that are kept; a longer one is mapped to nothing."""


def replace(rows: Rows, side: str, course_id: str, mapping: Mapping[str, str]) -> None:
    """Keep the whole mapping of a class: the SIS's title by the name in Classroom, which is kept folded."""
    here = {"side": side, "course_id": course_id}
    rows.delete(category_map, category_map.c.side == side, category_map.c.course_id == course_id)
    folded = {name.strip().casefold()[:LONGEST]: title for name, title in mapping.items()}
    rows.insert(category_map, [{**here, "name": name, "category": title} for name, title in folded.items()])


def of_course(rows: Rows, side: str, course_id: str) -> dict[str, str]:
    """The mapping of a class: the SIS's title by the folded name in Classroom."""
    table = category_map.c
    wanted = rows.select(category_map, table.name, table.category)
    found = rows.all(wanted.where(table.side == side, table.course_id == course_id).order_by(table.name))
    return {row.name: row.category for row in found}


def set_default(rows: Rows, side: str, course_id: str, title: str | None, *, by: str, at: datetime) -> None:
    """Keep the SIS category of work without a mapped one; None: none is chosen. Other settings stay."""
    here = {"side": side, "course_id": course_id}
    new = {"nightly_export": False, "nightly_import": False, "changed_by": by, "changed_at": at}
    rows.insert_new(class_setting, {**here, **new})
    # Who changed the row last stands behind what runs at night: choosing a category makes nobody that.
    mine = class_setting.c.side == side, class_setting.c.course_id == course_id
    rows.update(class_setting, {"default_category": title}, *mine)


def default(rows: Rows, side: str, course_id: str) -> str | None:
    """The title that `set_default` kept."""
    table = class_setting.c
    wanted = rows.select(class_setting, table.default_category)
    found = rows.first(wanted.where(table.side == side, table.course_id == course_id))
    return None if found is None else found.default_category
