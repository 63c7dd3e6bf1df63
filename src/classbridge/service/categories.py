"""The grade categories of a class: which of the SIS's each of Classroom's goes into, and the default."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Action, Actor
from classbridge.service import courses as course_service
from classbridge.service.context import Context, note
from classbridge.service.errors import refuse
from classbridge.service.gradebook import StoredGrades
from classbridge.sis.registry import profile
from classbridge.store import category_maps, connections, courses, gradebooks, rosters
from classbridge.store.rows import Rows


class MappedCategory(Struct, frozen=True, kw_only=True):
    """A grade category of Classroom, and the SIS's that work in it goes into.

    `category` is what somebody chose; without it the SIS's category of the `same` name is used, where there is
    one.
    """

    name: str
    category: str | None
    same: str | None


class ClassCategories(Struct, frozen=True, kw_only=True):
    """The categories of a linked class on both sides, from the snapshots. `available` are the SIS's titles."""

    course_id: str
    name: str
    section: str | None
    sis_name: str
    required: bool
    """Whether the SIS takes no assignment without a category."""
    names: tuple[MappedCategory, ...]
    available: tuple[str, ...]
    default: str | None
    as_of: datetime | None
    may_change: bool


def of_class(ctx: Context, actor: Actor, course_id: str) -> ClassCategories:
    """How the categories of a class map."""
    with ctx.district(actor).read() as rows:
        course = course_service.allowed(rows, actor, course_id, Action.VIEW_GRADES)
        side, sections = course_service.side(rows), course_service.sections(rows, course_id)
        stored = StoredGrades(rows, side, course_id)
        available = titles(rows, stored)
        mapping = category_maps.of_course(rows, side, course_id)
        read = [gradebooks.categories_read_at(rows, one.connection_id, one.class_id) for one in sections]
        return ClassCategories(
            course_id=course_id,
            name=course.name,
            section=course.section,
            sis_name=profile(connections.get(rows, sections[0].connection_id).vendor).name,
            required=stored.rules.category == "required",
            names=tuple(
                MappedCategory(
                    name=name, category=mapping.get(name.strip().casefold()), same=spelled(name, available)
                )
                for name in _names(rows, side, course_id, mapping)
            ),
            available=available,
            default=category_maps.default(rows, side, course_id),
            as_of=min((one for one in read if one), default=None),
            may_change=course_service.may_do(rows, actor, course_id, Action.RESOLVE),
        )


def titles(rows: Rows, stored: StoredGrades) -> tuple[str, ...]:
    """The titles of the SIS's categories that work of a class may be filed under, in any of its sections."""
    forbidden = stored.rules.categories_forbidden
    found = {
        one.title.strip().casefold(): one.title.strip()
        for link in stored.sections
        for one in rosters.categories(rows, link.connection_id, link.class_id)
        if one.sourced_id not in forbidden
    }
    return tuple(sorted(found.values(), key=str.casefold))


def spelled(title: str, available: Iterable[str]) -> str | None:
    """A category's title as the SIS spells it; None where it has no such category."""
    wanted = title.strip().casefold()
    return next((one for one in available if one.casefold() == wanted), None)


def known(title: str, available: Iterable[str], field: str) -> str:
    """The same, where it must be there; raises `RefusedError`."""
    there = list(available)
    found = spelled(title, there)
    if found is None:
        raise refuse(Code.CATEGORY_NOT_FOUND, field=field, category=title, available=", ".join(there))
    return found


def _names(rows: Rows, side: str, course_id: str, mapping: Mapping[str, str]) -> list[str]:
    """Classroom's names as its work has them, and those mapped before that no work has any more."""
    work = courses.course_work(rows, side, course_id)
    found = {
        one.grade_category.strip().casefold(): one.grade_category.strip() for one in work if one.grade_category
    }
    return sorted(({name: name for name in mapping} | found).values(), key=str.casefold)


def save(ctx: Context, actor: Actor, course_id: str, mapping: Mapping[str, str], default: str) -> ClassCategories:
    """Keep the whole mapping, by Classroom's names, and the default; "" is none. It holds from the next export.

    Raises `RefusedError` for a category that the SIS does not have.
    """
    with ctx.district(actor).write() as rows:
        course_service.allowed(rows, actor, course_id, Action.RESOLVE)
        course_service.sections(rows, course_id)
        side, at = course_service.side(rows), ctx.now()
        there = titles(rows, StoredGrades(rows, side, course_id))
        chosen = {
            name: known(title, there, "category") for name, title in mapping.items() if title and name.strip()
        }
        kept = known(default, there, "default") if default else None
        category_maps.replace(rows, side, course_id, chosen)
        category_maps.set_default(rows, side, course_id, kept, by=actor.account_id, at=at)
        note(rows, actor, "grades.categories", course_id, at, mapped=len(chosen), default=kept is not None)
    return of_class(ctx, actor, course_id)
