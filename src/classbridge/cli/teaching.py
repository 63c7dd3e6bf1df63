"""A teacher's commands: link classes, import rosters, export grades; always a preview first."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from classbridge.cli import words
from classbridge.cli.house import say
from classbridge.cli.session import Session, acting
from classbridge.service import classes, grades, linking, rosters
from classbridge.service.errors import RefusedError
from classbridge.service.grades import ExportChoices
from classbridge.service.sis_classes import Key
from classbridge.service.views import ClassRow, ExportDetails, ExportPreview, ImportDetails, ImportPreview

PREVIEW_ONLY = "This is a preview; nothing has been changed. --yes does it."
LEFT = ("skipped", "held")


@click.command("link")
@click.argument("course", required=False)
@click.option("--section", "sections", multiple=True, metavar="SOURCEDID", help="A SIS section; give each.")
@click.option("--suggested", is_flag=True, help="Link every class, or COURSE, to the sections suggested for it.")
@acting
def link_command(session: Session, course: str | None, sections: tuple[str, ...], suggested: bool) -> None:
    """List the classes of whoever acts, or link COURSE (a Classroom class's id) to sections of the SIS.

    The class is then linked to the sections given and to no others; what was exported to others stays.
    Teachers' own classes are seen with --as EMAIL; an admin's list holds what teachers' lists have brought.
    """
    if sections and not course:
        raise click.UsageError("--section needs the COURSE that it is for.")
    with session.worker():
        session.finish(classes.refresh(session.ctx, session.actor, None))
        wanted = _wanted(session, course, sections, suggested=suggested)
        for course_id, keys in wanted.items():
            linking.link(session.ctx, session.actor, course_id, keys)
            session.finish(classes.refresh(session.ctx, session.actor, course_id))
    rows = _rows(session, course)
    value = {"linked": list(wanted), "classes": words.plain(rows)}
    session.answer(value, "\n".join(map(_row, rows)) or "There is no class.")


def _rows(session: Session, course: str | None = None) -> list[ClassRow]:
    found = classes.class_list(session.ctx, session.actor).rows
    rows = [row for row in found if course in (None, row.course_id)]
    if course and not rows:
        raise click.UsageError(f"{session.actor.email} has no class {course}.")
    return rows


def _wanted(
    session: Session, course: str | None, sections: Sequence[str], *, suggested: bool
) -> dict[str, list[Key]]:
    """The sections to link, by class."""
    if course and sections:
        page = linking.link_page(session.ctx, session.actor, course)
        if closed := page.refused or page.blocked:
            raise RefusedError(closed)
        choices = {one.class_id: one for one in page.choices}
        strange = [one for one in sections if one not in choices]
        if strange:
            raise click.UsageError(f"No section of this class's teachers: {', '.join(strange)}.")
        return {course: [(choices[one].connection_id, one) for one in sections]}
    if not suggested:
        return {}
    return {
        row.course_id: [(one.connection_id, one.class_id) for one in row.suggestions]
        for row in _rows(session, course)
        if row.suggestions and row.may_link
    }


def _row(row: ClassRow) -> str:
    shown = row.sis_classes or row.suggestions
    kind = "linked to" if row.sis_classes else "suggested"
    told = [f"    {kind} {one.class_id}: {one.title} ({one.students} students)" for one in shown]
    return "\n".join([f"{row.course_id}  {row.name}: {row.chip}", *told])


def _courses(session: Session, named: Sequence[str]) -> list[str]:
    """The classes named, or every linked one."""
    if named:
        return list(named)
    linked = [row.course_id for row in _rows(session) if row.sis_classes]
    if not linked:
        raise click.UsageError(f"{session.actor.email} has no linked class. `classbridge link` lists classes.")
    return linked


@click.command("import")
@click.argument("courses", nargs=-1, metavar="[COURSE]...")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(rosters.KINDS), help="Only these; default: all.")
@click.option("--yes", is_flag=True, help="Do it; otherwise only the preview is shown.")
@acting
def import_command(session: Session, courses: tuple[str, ...], kinds: tuple[str, ...], yes: bool) -> None:
    """Import rosters into the classes named (ids), or into every linked one: preview, and with --yes do it."""
    wanted = kinds or rosters.KINDS
    with session.worker():
        done = [_import_one(session, one, wanted, yes=yes) for one in _courses(session, courses)]
    session.answer({"classes": done}, "\n".join(map(_import_text, done)))
    if not yes:
        say(PREVIEW_ONLY)
    sys.exit(1 if any("error" in one or _broken(one["import"]) for one in done) else 0)


def _import_one(session: Session, course_id: str, kinds: Sequence[str], *, yes: bool) -> dict[str, Any]:
    try:
        preview_id = rosters.preview(session.ctx, session.actor, course_id, kinds)
        session.finish(preview_id)
        preview = rosters.previewed(session.ctx, session.actor, preview_id)
        details = None
        if yes:
            run_id = rosters.import_(session.ctx, session.actor, preview_id)
            session.finish(run_id)
            details = rosters.details(session.ctx, session.actor, run_id)
    except RefusedError as error:
        return {"course_id": course_id, "error": words.told(error.said)}
    return {
        "course_id": course_id,
        "preview": _import_preview(preview) if preview else None,
        "import": _import_details(details) if details else None,
    }


def _import_preview(preview: ImportPreview) -> dict[str, Any]:
    parts = ("add", "invite", "present", "unable", "remove", "held")
    counts = {part: len(getattr(preview, part)) for part in parts}
    return {**words.plain(preview), "counts": counts, "notes": [words.told(one) for one in preview.notes]}


def _import_details(details: ImportDetails) -> dict[str, Any]:
    counts = Counter(one.said.code for one in details.people)
    notes = [words.told(one) for one in details.notes]
    return {
        "run": words.run(details.run),
        "counts": dict(counts),
        "people": words.plain(details.people),
        "notes": notes,
    }


def _broken(part: dict[str, Any] | None) -> bool:
    return part is not None and part["run"]["state"] in ("failed", "cancelled")


def _import_text(one: dict[str, Any]) -> str:
    if "error" in one:
        return _error_text(one)
    counts = one["import"]["counts"] if one["import"] else one["preview"]["counts"]
    word = "imported" if one["import"] else "would import"
    said = ", ".join(f"{name.lower().replace('_', ' ')} {count}" for name, count in counts.items())
    notes = (one["import"] or one["preview"])["notes"]
    return "\n".join([f"{one['course_id']} {word}: {said or 'nobody'}", *(f"    {n['happened']}" for n in notes)])


def _error_text(one: dict[str, Any]) -> str:
    error = one["error"]
    return f"{one['course_id']}: {error['happened']}\n    What to do: {error['fix']}\n    Who: {error['owner']}"


@click.command("export")
@click.argument("courses", nargs=-1, metavar="[COURSE]...")
@click.option("--assignment", "works", multiple=True, metavar="ID", help="Only these; default: all of the class.")
@click.option("--yes", is_flag=True, help="Do it; otherwise only the preview is shown.")
@click.option("--overwrite", is_flag=True, help="Replace grades that someone changed in the SIS.")
@click.option("--keep", is_flag=True, help="Leave grades that someone changed in the SIS for good.")
@click.option("--no-adopt", is_flag=True, help="Make line items anew beside those another tool made.")
@acting
def export_command(
    session: Session,
    courses: tuple[str, ...],
    works: tuple[str, ...],
    yes: bool,
    overwrite: bool,
    keep: bool,
    no_adopt: bool,
) -> None:
    """Export the grades of the classes named (ids), or of every linked one: preview, and with --yes do it.

    --overwrite or --keep decides what becomes of grades that someone changed in the SIS, or else the policy of the
    class or of the district. The policy to ask skips them, and it is said.
    Exit code 0 means that every grade sent was read back equal.
    """
    if overwrite and keep:
        raise click.UsageError("--overwrite and --keep contradict each other.")
    choices = ExportChoices(adopt=not no_adopt, overwrite=overwrite, keep=keep, attended=False)
    with session.worker():
        done = [_export_one(session, one, works, choices if yes else None) for one in _courses(session, courses)]
    sums = _sums(done)
    session.answer({"ok": _all_well(done), "classes": done, **sums}, "\n".join(map(_export_text, done)))
    if not yes:
        say(PREVIEW_ONLY)
    sys.exit(0 if _all_well(done) else 1)


def _export_one(
    session: Session, course_id: str, works: Sequence[str], choices: ExportChoices | None
) -> dict[str, Any]:
    try:
        preview_id = grades.preview(session.ctx, session.actor, course_id, works or None)
        session.finish(preview_id)
        preview = grades.previewed(session.ctx, session.actor, preview_id)
        details = None
        if choices:
            run_id = grades.export(session.ctx, session.actor, preview_id, choices)
            session.finish(run_id)
            details = grades.details(session.ctx, session.actor, run_id)
    except RefusedError as error:
        return {"course_id": course_id, "error": words.told(error.said)}
    return {
        "course_id": course_id,
        "preview": _export_preview(preview) if preview else None,
        "export": _export_details(details) if details else None,
    }


def _export_preview(preview: ExportPreview) -> dict[str, Any]:
    return {
        **words.plain(preview),
        "assignments": _assignments(preview),
        "notes": [words.told(one) for one in preview.notes],
    }


def _export_details(details: ExportDetails) -> dict[str, Any]:
    return {**words.plain(details), "run": words.run(details.run), "assignments": _assignments(details)}


def _assignments(view: ExportPreview | ExportDetails) -> list[dict[str, Any]]:
    """The assignments with every outcome in words."""
    return [
        {
            **words.plain(item),
            "notices": [words.told(one) for one in item.notices],
            "lines": [
                {**words.plain(line), "said": words.told(line.said) if line.said else None} for line in item.lines
            ],
        }
        for item in view.assignments
    ]


def _sums(done: Sequence[dict[str, Any]]) -> dict[str, int]:
    names = ("sent", "verified", "to_verify", "unchanged", "failed", "skipped")
    exports = [one["export"] for one in done if one.get("export")]
    return {name: sum(one[name] for one in exports) for name in names}


def _all_well(done: Sequence[dict[str, Any]]) -> bool:
    """Whether nothing failed, and what was sent is what the SIS holds."""
    return not any(
        "error" in one
        or (one["export"] and (_broken(one["export"]) or one["export"]["failed"] or _unread(one["export"])))
        for one in done
    )


def _unread(export: dict[str, Any]) -> bool:
    return bool(export["verified"] != export["to_verify"])


def _export_text(one: dict[str, Any]) -> str:
    if "error" in one:
        return _error_text(one)
    export, preview = one["export"], one["preview"]
    if not export:
        counts = ", ".join(f"{name} {count}" for name, count in preview["counts"].items())
        return f"{one['course_id']} would send {preview['to_send']} grades ({counts})"
    head = (
        f"{one['course_id']} sent {export['sent']} ({export['verified']} of {export['to_verify']} verified in the "
        f"SIS), unchanged {export['unchanged']}, skipped {export['skipped']}, failed {export['failed']}"
    )
    return "\n".join([head, *_left_out(export)])


def _left_out(export: dict[str, Any]) -> list[str]:
    """What was not sent and why: each failure by name, the rest counted by reason."""
    lines = [(item["title"], line) for item in export["assignments"] for line in item["lines"] if line["said"]]
    failed = [
        f"    {title}, {line['name']}: {line['said']['happened']} {line['said']['fix']}"
        for title, line in lines
        if line["decision"] == "failed"
    ]
    reasons = Counter(line["said"]["happened"] for _, line in lines if line["decision"] in LEFT)
    return [*failed, *(f"    {count} x {reason}" for reason, count in reasons.items())]
