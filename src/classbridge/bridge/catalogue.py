"""The catalogue of outcomes: of every code its kind, who can act on it, and the names of its parameters."""

from enum import StrEnum

from msgspec import Struct

from classbridge.bridge.codes import Code


class Kind(StrEnum):
    """What an outcome means for the work: `SKIPPED`, `FAILED` and `HELD` stop it, the others let it go on."""

    SENT = "sent"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    HELD = "held"
    INFO = "info"


class Owner(StrEnum):
    """Who can do something about it."""

    TEACHER = "teacher"
    ADMIN = "admin"
    SIS_ADMIN = "sis_admin"
    SIS_VENDOR = "sis_vendor"
    OPERATOR = "operator"
    NOBODY = "nobody"


class Entry(Struct, frozen=True):
    """What the catalogue knows of a code: its kind, who can act, and the names of its parameters."""

    kind: Kind
    owner: Owner
    params: tuple[str, ...] = ()


def _entries() -> dict[Code, Entry]:
    sent, unchanged, info = Kind.SENT, Kind.UNCHANGED, Kind.INFO
    skipped, failed, held = Kind.SKIPPED, Kind.FAILED, Kind.HELD
    teacher, admin, operator, nobody = Owner.TEACHER, Owner.ADMIN, Owner.OPERATOR, Owner.NOBODY
    sis_admin, sis_vendor = Owner.SIS_ADMIN, Owner.SIS_VENDOR
    differs = ("classroom", "sis")
    return {
        Code.SENT: Entry(sent, nobody),
        Code.SKIPPED_UNCHANGED: Entry(unchanged, nobody),
        Code.VERIFIED: Entry(sent, nobody),
        Code.NOT_VERIFIED: Entry(failed, sis_admin, ("sent", "found")),
        Code.NOT_READ_BACK: Entry(failed, nobody),
        Code.SKIPPED_NO_GRADE: Entry(skipped, nobody),
        Code.SKIPPED_NOT_RETURNED: Entry(skipped, teacher),
        Code.SKIPPED_UNGRADED: Entry(skipped, teacher),
        Code.SKIPPED_EXCUSED: Entry(skipped, teacher),
        Code.SKIPPED_CANCELLED: Entry(skipped, teacher),
        Code.DRIFTED_HELD: Entry(held, teacher, differs),
        Code.DRIFTED_SKIPPED: Entry(skipped, teacher, differs),
        Code.DRIFTED_KEPT: Entry(skipped, nobody, differs),
        Code.DRIFTED_OVERWRITTEN: Entry(info, nobody, differs),
        Code.WITHDRAWN: Entry(sent, nobody),
        Code.WITHDRAWAL_WAITS: Entry(held, teacher),
        Code.WITHDRAWAL_CHANGED_IN_SIS: Entry(held, teacher, ("sent", "sis")),
        Code.WITHDRAWAL_NOT_OURS: Entry(held, teacher),
        Code.WITHDRAWALS_HELD: Entry(held, admin, ("count", "people")),
        Code.LEFTOVER_IN_SIS: Entry(skipped, teacher),
        Code.HELD_MOVED_STUDENT: Entry(held, teacher),
        Code.LEFT_AS_CHOSEN: Entry(skipped, nobody),
        Code.ADOPTED: Entry(info, nobody, ("title",)),
        Code.ADOPTION_OFFERED: Entry(held, teacher, ("title",)),
        Code.ADOPTION_AMBIGUOUS: Entry(held, teacher, ("title", "count")),
        Code.IDS_LOST: Entry(held, admin),
        Code.RESULT_AMBIGUOUS: Entry(held, teacher, ("count",)),
        Code.LINE_ITEM_GONE: Entry(held, teacher, ("title",)),
        Code.LINE_ITEM_LOCKED: Entry(failed, sis_admin, ("title",)),
        Code.LINE_ITEM_REJECTED: Entry(failed, sis_admin, ("title",)),
        Code.SCORE_REJECTED: Entry(failed, sis_admin),
        Code.TITLE_TOO_LONG: Entry(info, nobody, ("title", "title_max")),
        Code.TITLE_DUPLICATE: Entry(info, nobody, ("title",)),
        Code.CATEGORY_MISSING: Entry(failed, teacher, ("available",)),
        Code.CATEGORY_NOT_FOUND: Entry(failed, teacher, ("category", "available")),
        Code.CATEGORY_LEFT_OUT: Entry(info, teacher, ("category", "available")),
        Code.CATEGORY_DEFAULTED: Entry(info, nobody),
        Code.CATEGORY_CHOSEN: Entry(info, teacher, ("category",)),
        Code.DUE_DATE_MISSING: Entry(failed, teacher),
        Code.DUE_DATE_OUTSIDE_TERM: Entry(failed, teacher, ("due_date", "terms")),
        Code.POINTS_NOT_WHOLE: Entry(failed, teacher, ("points",)),
        Code.SCORE_ABOVE_MAXIMUM: Entry(failed, teacher, ("score", "maximum")),
        Code.SCORE_CLAMPED: Entry(info, teacher, ("score", "maximum")),
        Code.SCORE_ROUNDED: Entry(info, nobody, ("score", "stored")),
        Code.COMMENT_CUT: Entry(info, nobody, ("comment_max",)),
        Code.STUDENT_NOT_IN_SIS: Entry(skipped, admin),
        Code.STUDENT_NOT_IN_SECTION: Entry(skipped, sis_admin),
        Code.STUDENT_IN_SEVERAL_SECTIONS: Entry(held, teacher, ("count",)),
        Code.STUDENT_AMBIGUOUS_EMAIL: Entry(held, admin),
        Code.CLASS_NOT_LINKED: Entry(failed, teacher),
        Code.CLASS_NOT_FOUND: Entry(failed, nobody),
        Code.SECTION_NOT_FOUND: Entry(failed, sis_admin),
        Code.TEACHER_NOT_IN_SIS: Entry(failed, sis_admin),
        Code.TEACHER_NOT_IN_CLASS: Entry(failed, sis_admin),
        Code.PERSON_ADDED: Entry(sent, nobody),
        Code.PERSON_INVITED: Entry(sent, nobody),
        Code.PERSON_INVITATION_OPEN: Entry(unchanged, nobody),
        Code.PERSON_PRESENT: Entry(unchanged, nobody),
        Code.PERSON_REMOVED: Entry(sent, nobody),
        Code.PERSON_NO_ACCOUNT: Entry(skipped, admin),
        Code.PERSON_NO_EMAIL: Entry(skipped, sis_admin),
        Code.PERSON_AMBIGUOUS: Entry(held, admin),
        Code.PERSON_KEPT: Entry(unchanged, nobody),
        Code.PERSON_REMOVED_BY_TEACHER: Entry(skipped, teacher),
        Code.FIRST_READ_EMPTY: Entry(info, nobody),
        Code.PACKAGE_MISSING: Entry(failed, admin),
        Code.PACKAGE_UNSOUND: Entry(failed, admin, ("errors",)),
        Code.PACKAGE_HELD: Entry(held, admin, ("file", "rows", "known")),
        Code.PACKAGE_GONE: Entry(failed, admin),
        Code.PACKAGE_TOO_LARGE: Entry(failed, admin, ("megabytes",)),
        Code.PACKAGE_NOT_CONFIRMED: Entry(info, admin),
        Code.EMPTY_READ_HELD: Entry(held, admin, ("people",)),
        Code.READ_INCOMPLETE: Entry(failed, sis_admin),
        Code.REMOVALS_HELD: Entry(held, admin, ("count", "people", "scope")),
        Code.RECORD_SET_ASIDE: Entry(skipped, sis_admin, ("record", "field")),
        Code.PERIOD_TITLE_TAKEN: Entry(skipped, teacher, ("title",)),
        Code.PERIOD_OVERLAPS: Entry(skipped, teacher, ("title", "other")),
        Code.PERIODS_NOT_ELIGIBLE: Entry(failed, admin),
        Code.CATEGORIES_MAPPED_ONLY: Entry(info, teacher),
        Code.PROVED: Entry(info, nobody),
        Code.NOT_TRIED: Entry(info, nobody),
        Code.WRITE_TESTED: Entry(info, nobody),
        Code.WRITE_TEST_LEFTOVER: Entry(info, sis_admin, ("title",)),
        Code.WRITE_TEST_NOT_KEPT: Entry(failed, sis_vendor),
        Code.WRITE_TEST_NO_STUDENT: Entry(failed, admin),
        Code.SIS_UNREACHABLE: Entry(failed, admin),
        Code.SIS_NO_ANSWER: Entry(failed, admin, ("host",)),
        Code.SIS_SERVER_ERROR: Entry(failed, admin, ("status",)),
        Code.SIS_TIMEOUT: Entry(failed, admin, ("seconds",)),
        Code.SIS_RATE_LIMITED: Entry(failed, nobody),
        Code.SIS_AUTH_FAILED: Entry(failed, admin),
        Code.SIS_REFUSED: Entry(failed, sis_admin, ("status",)),
        Code.SIS_WRITE_NOT_LICENSED: Entry(failed, sis_admin),
        Code.SIS_READ_NOT_LICENSED: Entry(failed, sis_admin),
        Code.GRADEBOOK_NOT_OFFERED: Entry(failed, sis_vendor),
        Code.GRADEBOOK_NOT_LICENSED: Entry(failed, sis_admin),
        Code.GRADE_PASS_BACK_OFF: Entry(failed, sis_admin),
        Code.URL_INVALID: Entry(failed, admin, ("url",)),
        Code.WRONG_HOST: Entry(failed, admin, ("host",)),
        Code.NOT_ONEROSTER: Entry(failed, admin, ("url",)),
        Code.WRONG_VERSION: Entry(failed, admin, ("expected", "found")),
        Code.TOKEN_URL_UNKNOWN: Entry(failed, sis_admin, ("host",)),
        Code.TOKEN_URL_ELSEWHERE: Entry(failed, admin, ("url",)),
        Code.WRONG_KEY: Entry(failed, admin),
        Code.KEY_EXPIRED: Entry(failed, sis_admin),
        Code.KEY_EXPIRES_SOON: Entry(info, admin, ("days",)),
        Code.KEY_NOT_YET_VALID: Entry(failed, admin, ("day",)),
        Code.KEY_NOT_IN_EFFECT: Entry(failed, sis_admin),
        Code.KEY_INACTIVE: Entry(failed, sis_admin),
        Code.LAST_KEY: Entry(failed, admin),
        Code.DATES_REVERSED: Entry(failed, admin),
        Code.SCOPE_MISSING: Entry(failed, sis_admin, ("scope",)),
        Code.VENDOR_KEY_MISSING: Entry(failed, sis_vendor, ("header",)),
        Code.TLS_FAILED: Entry(failed, sis_admin, ("host",)),
        Code.HTTPS_REQUIRED: Entry(failed, admin, ("host",)),
        Code.REDIRECT_REFUSED: Entry(failed, admin, ("host",)),
        Code.PRIVATE_ADDRESS_REFUSED: Entry(failed, operator, ("host",)),
        Code.NOT_CONNECTED: Entry(failed, admin),
        Code.DATA_EXCHANGE_OFF: Entry(failed, admin, ("kind",)),
        Code.LICENCE_MISSING: Entry(failed, admin),
        Code.LICENCES_NOT_KNOWN: Entry(failed, admin),
        Code.LICENCE_LIST_UNREADABLE: Entry(failed, admin),
        Code.NOT_IN_PILOT: Entry(failed, admin),
        Code.PILOT_EMPTY: Entry(failed, admin),
        Code.CLASSROOM_NOT_CONNECTED: Entry(failed, admin),
        Code.CLASSROOM_UNREACHABLE: Entry(failed, admin),
        Code.CLASSROOM_QUOTA: Entry(failed, nobody),
        Code.CLASSROOM_REFUSED: Entry(failed, admin, ("reason",)),
        Code.CLASSROOM_API_DISABLED: Entry(failed, admin),
        Code.CLASSROOM_SCOPES_MISSING: Entry(failed, admin, ("scopes",)),
        Code.CLASSROOM_CLASS_ARCHIVED: Entry(failed, teacher),
        Code.CLASSROOM_CLASS_FULL: Entry(failed, teacher),
        Code.GOOGLE_KEY_FILE_INVALID: Entry(failed, admin),
        Code.GOOGLE_KEY_FILE_TYPE: Entry(failed, admin, ("type",)),
        Code.GOOGLE_KEY_FILE_INCOMPLETE: Entry(failed, admin, ("member",)),
        Code.GOOGLE_KEY_FILE_ADDRESS: Entry(failed, admin, ("url",)),
        Code.GOOGLE_KEY_REFUSED: Entry(failed, admin),
        Code.GOOGLE_SERVICE_ACCOUNT_GONE: Entry(failed, admin),
        Code.GOOGLE_CLOCK_WRONG: Entry(failed, operator),
        Code.GOOGLE_NOT_DELEGATED: Entry(failed, admin),
        Code.GOOGLE_USER_UNKNOWN: Entry(failed, admin),
        Code.GOOGLE_NOT_ADMIN: Entry(failed, admin),
        Code.GOOGLE_ADMIN_NOT_PROVED: Entry(info, nobody),
        Code.GOOGLE_OPTIONAL_LEFT_OUT: Entry(info, admin, ("scope",)),
        Code.GOOGLE_API_DISABLED: Entry(failed, admin, ("api",)),
        Code.ADMIN_ONLY: Entry(failed, admin),
        Code.OPERATOR_ONLY: Entry(failed, operator),
        Code.PRIMARY_TEACHER_ONLY: Entry(failed, teacher),
        Code.NOT_YOUR_CLASS: Entry(failed, admin),
        Code.READ_ONLY_ROLE: Entry(failed, admin),
        Code.ACCOUNT_NOT_FOUND: Entry(failed, admin),
        Code.LAST_ADMIN: Entry(failed, admin),
        Code.DELEGATE_UNKNOWN: Entry(failed, admin),
        Code.DELEGATE_TEACHES_HERE: Entry(failed, teacher),
        Code.DAY_PAST: Entry(failed, nobody),
        Code.PERSON_NOT_FOUND: Entry(failed, admin),
        Code.MATCH_ACCOUNT_UNKNOWN: Entry(failed, admin, ("account",)),
        Code.MATCH_TAKEN: Entry(failed, admin, ("account",)),
        Code.MATCH_FILE_INVALID: Entry(failed, admin),
        Code.MATCH_ROW_TWICE: Entry(failed, admin, ("line",)),
        Code.ERASE_NOT_CONFIRMED: Entry(failed, admin),
        Code.ERASE_DURING_RUN: Entry(failed, admin),
        Code.NO_ACCOUNT: Entry(failed, admin),
        Code.ACCOUNT_DISABLED: Entry(failed, admin),
        Code.NOT_A_TEACHER: Entry(failed, admin),
        Code.ROSTER_NOT_READ: Entry(failed, admin),
        Code.EMAIL_NOT_IN_SIS: Entry(failed, sis_admin),
        Code.EMAIL_DIFFERS_IN_SIS: Entry(failed, sis_admin, ("found",)),
        Code.INACTIVE_IN_SIS: Entry(failed, sis_admin),
        Code.NO_SECTION_IN_SIS: Entry(failed, sis_admin),
        Code.NOT_TEACHER_OF_SECTION: Entry(failed, sis_admin, ("section",)),
        Code.OTHER_ROLE_IN_SECTION: Entry(failed, sis_admin, ("section", "role")),
        Code.PLACE_ENDED_IN_SIS: Entry(failed, sis_admin, ("section",)),
        Code.SECTION_CLOSED: Entry(failed, sis_admin, ("section",)),
        Code.OUTSIDE_TERM: Entry(info, sis_admin, ("section", "first", "last")),
        Code.CLASSES_NOT_READ: Entry(info, teacher),
        Code.CLASS_UNKNOWN: Entry(failed, sis_admin, ("wanted",)),
        Code.NOT_IN_CLASSROOM_CLASS: Entry(failed, teacher, ("course",)),
        Code.CO_TEACHER_ONLY: Entry(info, teacher, ("course",)),
        Code.NOTHING_IN_THE_WAY: Entry(info, nobody),
        Code.SIGN_IN_FAILED: Entry(failed, admin),
        Code.SIGN_IN_NEEDED: Entry(failed, nobody),
        Code.SIGN_IN_PAUSED: Entry(failed, nobody, ("minutes",)),
        Code.FORM_PAUSED: Entry(failed, nobody, ("minutes",)),
        Code.CONNECTION_NOT_FOUND: Entry(failed, admin),
        Code.SIS_IN_DEVELOPMENT: Entry(failed, nobody, ("sis",)),
        Code.SETTING_INVALID: Entry(failed, admin),
        Code.SIS_CHECK_NOT_FOUND: Entry(failed, admin),
        Code.SIS_NOT_CHECKED: Entry(failed, admin),
        Code.SIS_FITS: Entry(info, nobody, ("passed",)),
        Code.SIS_DOES_NOT_FIT: Entry(failed, sis_vendor, ("failed",)),
        Code.RUN_NOT_FOUND: Entry(failed, nobody),
        Code.RUN_NOT_READY: Entry(failed, nobody),
        Code.PREVIEW_OUTDATED: Entry(failed, teacher),
        Code.FIELD_MISSING: Entry(failed, nobody, ("field",)),
        Code.RUN_CANCELLED: Entry(info, nobody),
        Code.INTERNAL_ERROR: Entry(failed, operator, ("reference",)),
    }


catalogue: dict[Code, Entry] = _entries()
"""Every code's entry; the texts of a code take exactly its parameters."""
