"""Grading periods of a course: one list, always written whole."""

from datetime import date
from typing import Any

from classbridge.sandbox.classroom.call import Call
from classbridge.sandbox.classroom.errors import Json, denied, invalid
from classbridge.sandbox.classroom.fields import mask
from classbridge.sandbox.classroom.state import State

_FIELDS = ("gradingPeriods", "applyToExistingCoursework")


def get_settings(call: Call) -> Json:
    """The settings; reading them needs no licence."""
    return call.course().grading


def update_settings(call: Call) -> Json:
    """Replace the list: no id adds, a missing one deletes, an unknown one is an error."""
    names = mask(call.parameter("updateMask"), _FIELDS)
    row = call.open_course(admin=True)
    if {call.caller.id, row.resource["ownerId"]} & call.state.unlicensed:
        raise denied(
            "The user is not eligible to update grading period settings.",
            cause="UserIneligibleToUpdateGradingPeriodSettings",
        )
    changed = dict(row.grading)
    if "gradingPeriods" in names:
        known = {period["id"] for period in row.grading.get("gradingPeriods", [])}
        changed["gradingPeriods"] = _periods(call.state, call.body.get("gradingPeriods", []), known)
    if "applyToExistingCoursework" in names:
        changed["applyToExistingCoursework"] = bool(call.body.get("applyToExistingCoursework"))
    row.grading = {name: value for name, value in changed.items() if value not in ([], False)}
    return row.grading


def _periods(state: State, given: list[Json], known: set[str]) -> list[Json]:
    if not all(isinstance(period, dict) for period in given):
        raise invalid("Invalid value at 'grading_periods'")
    periods = [_period(state, period, known) for period in given]
    if len({period["title"] for period in periods}) < len(periods):
        raise invalid("Each grading period must have a unique title.")
    last = date.min
    for period in periods:
        start, end = _date(period["startDate"]), _date(period["endDate"])
        if not last < start <= end:
            raise invalid("Grading periods must be in chronological order and must not overlap.")
        last = end
    return periods


def _period(state: State, given: Json, known: set[str]) -> Json:
    if given.get("id") and given["id"] not in known:
        raise invalid("Unknown grading period id.")
    if not given.get("title"):
        raise invalid("A grading period needs a title.")
    return {
        "id": given.get("id") or state.new_id(),
        "title": given["title"],
        "startDate": given.get("startDate", {}),
        "endDate": given.get("endDate", {}),
    }


def _date(value: Any) -> date:
    try:
        return date(value["year"], value["month"], value["day"])
    except (KeyError, TypeError, ValueError):
        raise invalid("A grading period needs a start and an end date.") from None
