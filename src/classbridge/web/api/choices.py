"""What the SIS gets in place of what Classroom says: for an assignment, and for a class's grade categories."""

from datetime import date

from litestar import get, put
from litestar.params import JSONBody
from msgspec import Struct

from classbridge.bridge.choices import WorkChoice
from classbridge.service import categories, work_settings
from classbridge.service.categories import ClassCategories
from classbridge.service.work_settings import WorkSetting
from classbridge.web.api.shapes import Cursor, Limit, Listed, cut
from classbridge.web.given import Ctx, Id, Who

WORK = "/classes/{course_id:str}/work-settings"
CATEGORIES = "/classes/{course_id:str}/categories"


class ChosenWork(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the SIS gets of an assignment; null is as in Classroom. `category` is a title in the SIS."""

    title: str | None = None
    category: str | None = None
    due_on: date | None = None
    period_id: str | None = None


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The SIS's category by Classroom's name, and the default; what is not named is not mapped."""

    mapping: dict[str, str]
    default: str | None = None


@get(WORK, sync_to_thread=True)
def settings(ctx: Ctx, actor: Who, course_id: Id, cursor: Cursor = None, limit: Limit = 50) -> Listed[WorkSetting]:
    """List what is chosen for each assignment, and what can be."""
    found = work_settings.of_class(ctx, actor, course_id)
    return cut(found, lambda one: one.course_work_id, cursor, limit)


@put(WORK + "/{work_id:str}", sync_to_thread=True)
def choose(ctx: Ctx, actor: Who, course_id: Id, work_id: Id, data: JSONBody[ChosenWork]) -> WorkSetting:
    """Choose what the SIS gets of an assignment, from the next export on."""
    wanted = WorkChoice(title=data.title, category=data.category, due_on=data.due_on, period_id=data.period_id)
    work_settings.set_work(ctx, actor, course_id, work_id, wanted)
    return work_settings.of_class(ctx, actor, course_id, [work_id])[0]


@get(CATEGORIES, sync_to_thread=True)
def mapped(ctx: Ctx, actor: Who, course_id: Id) -> ClassCategories:
    """Give how the grade categories of a class map."""
    return categories.of_class(ctx, actor, course_id)


@put(CATEGORIES, sync_to_thread=True)
def map_categories(ctx: Ctx, actor: Who, course_id: Id, data: JSONBody[Mapping]) -> ClassCategories:
    """Keep the whole mapping of a class and its default, from the next export on."""
    return categories.save(ctx, actor, course_id, data.mapping, data.default or "")


ROUTES = (settings, choose, mapped, map_categories)
