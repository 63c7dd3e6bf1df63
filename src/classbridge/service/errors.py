"""The one way in which a use case says no."""

from classbridge.bridge.outcome import Code, Outcome, catalogue
from classbridge.service.views import Said

_STATUS = {
    Code.CLASS_NOT_FOUND: 404,
    Code.SECTION_NOT_FOUND: 404,
    Code.SECTIONS_OF_TWO_SIS: 422,
    Code.CLASS_NOT_LINKED: 409,
    Code.NOT_CONNECTED: 409,
    Code.CLASSROOM_NOT_CONNECTED: 409,
    Code.DATA_EXCHANGE_OFF: 409,
    Code.LICENCES_NOT_KNOWN: 409,
    Code.LICENCE_LIST_UNREADABLE: 422,
    Code.PILOT_EMPTY: 422,
    Code.URL_INVALID: 422,
    Code.GOOGLE_KEY_FILE_INVALID: 422,
    Code.GOOGLE_KEY_FILE_TYPE: 422,
    Code.GOOGLE_KEY_FILE_INCOMPLETE: 422,
    Code.GOOGLE_KEY_FILE_ADDRESS: 422,
    Code.FIELD_MISSING: 422,
    Code.TITLE_OVER_LIMIT: 422,
    Code.CATEGORY_NOT_FOUND: 422,
    Code.PERIOD_NOT_FOUND: 422,
    Code.DATES_REVERSED: 422,
    Code.LAST_KEY: 409,
    Code.LAST_ADMIN: 409,
    Code.ACCOUNT_NOT_FOUND: 404,
    Code.DELEGATE_UNKNOWN: 422,
    Code.DELEGATE_TEACHES_HERE: 422,
    Code.DAY_PAST: 422,
    Code.PERSON_NOT_FOUND: 404,
    Code.MATCH_ACCOUNT_UNKNOWN: 422,
    Code.MATCH_TAKEN: 409,
    Code.MATCH_FILE_INVALID: 422,
    Code.MATCH_ROW_TWICE: 422,
    Code.ERASE_NOT_CONFIRMED: 422,
    Code.ERASE_DURING_RUN: 409,
    Code.SIS_IN_DEVELOPMENT: 409,
    Code.SETTING_INVALID: 422,
    Code.TIME_INVALID: 422,
    Code.SIS_CHECK_NOT_FOUND: 404,
    Code.SIS_NOT_CHECKED: 409,
    Code.SIS_DOES_NOT_FIT: 409,
    Code.FORM_PAUSED: 429,
    Code.PREVIEW_OUTDATED: 409,
    Code.CLASS_BEING_MADE: 409,
}


class RefusedError(Exception):
    """A use case did not do what was asked. Nothing was changed.

    `said` names the outcome, `status` the HTTP status that fits, `field` the form's field where there is one.
    """

    def __init__(self, said: Said, status: int = 403, field: str = "") -> None:
        super().__init__(said.code)
        self.said = said
        self.status = status
        self.field = field


def refuse(code: Code, *, field: str = "", **params: object) -> RefusedError:
    """The refusal with this outcome; raise what it returns."""
    if "field" in catalogue[code].params:
        params["field"] = field
    outcome = Outcome.of(code, **params)
    return RefusedError(Said(code=str(outcome.code), params=outcome.params), _STATUS.get(code, 403), field)
