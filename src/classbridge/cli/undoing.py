"""The command that undoes an export: a preview first, and with --yes the undo, read back from the SIS."""

import sys
from collections import Counter
from typing import Any

import click

from classbridge.cli import words
from classbridge.cli.house import say
from classbridge.cli.session import Session, acting
from classbridge.service import undo
from classbridge.service.errors import RefusedError
from classbridge.service.views import UndoDetails, UndoPreview

PREVIEW_ONLY = "This is a preview; nothing has been changed. --yes does it."


@click.command("undo")
@click.argument("run")
@click.option("--yes", is_flag=True, help="Do it; otherwise only the preview is shown.")
@acting
def undo_command(session: Session, run: str, yes: bool) -> None:
    """Undo the export RUN (its id): the SIS gets back what it held before, where nobody changed it since.

    Preview, and with --yes do it. Exit code 0 means that all that was put back was read back equal.
    """
    with session.worker():
        try:
            done = _undo(session, run, yes=yes)
        except RefusedError as error:
            done = {"error": words.told(error.said)}
    session.answer(done, _text(done))
    if not yes and "error" not in done:
        say(PREVIEW_ONLY)
    sys.exit(0 if _well(done) else 1)


def _undo(session: Session, export_id: str, *, yes: bool) -> dict[str, Any]:
    preview_id = undo.preview(session.ctx, session.actor, export_id)
    session.finish(preview_id)
    preview = undo.previewed(session.ctx, session.actor, preview_id)
    if not yes:
        return {"preview": _plain(preview) if preview else None, "undo": None}
    run_id = undo.undo(session.ctx, session.actor, preview_id)
    session.finish(run_id)
    details = undo.details(session.ctx, session.actor, run_id)
    return {
        "preview": _plain(preview) if preview else None,
        "undo": {**_plain(details), "run": words.run(details.run)},
    }


def _plain(view: UndoPreview | UndoDetails) -> dict[str, Any]:
    """The view with every outcome in words."""
    assignments = [
        {
            **words.plain(item),
            "notices": [words.told(one) for one in item.notices],
            "lines": [
                {**words.plain(one), "said": words.told(one.said) if one.said else None} for one in item.lines
            ],
        }
        for item in view.assignments
    ]
    return {**words.plain(view), "assignments": assignments}


def _well(done: dict[str, Any]) -> bool:
    if "error" in done:
        return False
    undone = done["undo"]
    return undone is None or (undone["run"]["state"] == "done" and not undone["failed"])


def _text(done: dict[str, Any]) -> str:
    if "error" in done:
        error = done["error"]
        return f"{error['happened']}\n    What to do: {error['fix']}\n    Who: {error['owner']}"
    shown = done["undo"] or done["preview"]
    head = (
        f"put back {shown['undone']}, stayed {shown['stayed']}, failed {shown['failed']}"
        if done["undo"]
        else f"would put back {shown['to_put_back']}, {shown['stays']} stay"
    )
    nightly = ["    The nightly export of the class is switched off by it."] if done["preview"]["nightly"] else []
    return "\n".join([head, *nightly, *_reasons(shown)])


def _reasons(shown: dict[str, Any]) -> list[str]:
    lines = [one for item in shown["assignments"] for one in item["lines"]]
    stays = Counter(one["said"]["happened"] for one in lines if one["said"] and one["step"] != "sent")
    notices = Counter(one["happened"] for item in shown["assignments"] for one in item["notices"])
    return [f"    {count} x {reason}" for reason, count in (*stays.items(), *notices.items())]
