"""Outcomes: what can happen to a grade, a person or a connection, as a code with parameters.

Texts live in `classbridge.text`; history stores code and parameters only, because languages change.
"""

from enum import StrEnum

from msgspec import Struct, field


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


class Code(StrEnum):
    """Every outcome's code. A code is stored for ever: never rename one."""

    # what became of a grade
    SENT = "SENT"
    SKIPPED_UNCHANGED = "SKIPPED_UNCHANGED"
    VERIFIED = "VERIFIED"
    NOT_VERIFIED = "NOT_VERIFIED"
    NOT_READ_BACK = "NOT_READ_BACK"
    SKIPPED_NO_GRADE = "SKIPPED_NO_GRADE"
    SKIPPED_NOT_RETURNED = "SKIPPED_NOT_RETURNED"
    SKIPPED_UNGRADED = "SKIPPED_UNGRADED"
    SKIPPED_EXCUSED = "SKIPPED_EXCUSED"
    SKIPPED_CANCELLED = "SKIPPED_CANCELLED"
    DRIFTED_HELD = "DRIFTED_HELD"
    DRIFTED_SKIPPED = "DRIFTED_SKIPPED"
    DRIFTED_KEPT = "DRIFTED_KEPT"
    DRIFTED_OVERWRITTEN = "DRIFTED_OVERWRITTEN"
    WITHDRAWN = "WITHDRAWN"
    WITHDRAWAL_WAITS = "WITHDRAWAL_WAITS"
    WITHDRAWAL_CHANGED_IN_SIS = "WITHDRAWAL_CHANGED_IN_SIS"
    WITHDRAWAL_NOT_OURS = "WITHDRAWAL_NOT_OURS"
    WITHDRAWALS_HELD = "WITHDRAWALS_HELD"
    LEFTOVER_IN_SIS = "LEFTOVER_IN_SIS"
    HELD_MOVED_STUDENT = "HELD_MOVED_STUDENT"

    # line items and results in the SIS
    ADOPTED = "ADOPTED"
    ADOPTION_OFFERED = "ADOPTION_OFFERED"
    ADOPTION_AMBIGUOUS = "ADOPTION_AMBIGUOUS"
    IDS_LOST = "IDS_LOST"
    RESULT_AMBIGUOUS = "RESULT_AMBIGUOUS"
    LINE_ITEM_GONE = "LINE_ITEM_GONE"
    LINE_ITEM_LOCKED = "LINE_ITEM_LOCKED"
    LINE_ITEM_REJECTED = "LINE_ITEM_REJECTED"
    SCORE_REJECTED = "SCORE_REJECTED"

    # pre-flight
    TITLE_TOO_LONG = "TITLE_TOO_LONG"
    TITLE_DUPLICATE = "TITLE_DUPLICATE"
    CATEGORY_MISSING = "CATEGORY_MISSING"
    CATEGORY_NOT_FOUND = "CATEGORY_NOT_FOUND"
    CATEGORY_LEFT_OUT = "CATEGORY_LEFT_OUT"
    CATEGORY_DEFAULTED = "CATEGORY_DEFAULTED"
    CATEGORY_CHOSEN = "CATEGORY_CHOSEN"
    DUE_DATE_MISSING = "DUE_DATE_MISSING"
    DUE_DATE_OUTSIDE_TERM = "DUE_DATE_OUTSIDE_TERM"
    POINTS_NOT_WHOLE = "POINTS_NOT_WHOLE"
    SCORE_ABOVE_MAXIMUM = "SCORE_ABOVE_MAXIMUM"
    SCORE_CLAMPED = "SCORE_CLAMPED"
    SCORE_ROUNDED = "SCORE_ROUNDED"
    COMMENT_CUT = "COMMENT_CUT"

    # people and classes
    STUDENT_NOT_IN_SIS = "STUDENT_NOT_IN_SIS"
    STUDENT_NOT_IN_SECTION = "STUDENT_NOT_IN_SECTION"
    STUDENT_IN_SEVERAL_SECTIONS = "STUDENT_IN_SEVERAL_SECTIONS"
    STUDENT_AMBIGUOUS_EMAIL = "STUDENT_AMBIGUOUS_EMAIL"
    CLASS_NOT_LINKED = "CLASS_NOT_LINKED"
    CLASS_NOT_FOUND = "CLASS_NOT_FOUND"
    SECTION_NOT_FOUND = "SECTION_NOT_FOUND"
    TEACHER_NOT_IN_SIS = "TEACHER_NOT_IN_SIS"
    TEACHER_NOT_IN_CLASS = "TEACHER_NOT_IN_CLASS"

    # rosters
    PERSON_ADDED = "PERSON_ADDED"
    PERSON_INVITED = "PERSON_INVITED"
    PERSON_INVITATION_OPEN = "PERSON_INVITATION_OPEN"
    PERSON_PRESENT = "PERSON_PRESENT"
    PERSON_REMOVED = "PERSON_REMOVED"
    PERSON_NO_ACCOUNT = "PERSON_NO_ACCOUNT"
    PERSON_NO_EMAIL = "PERSON_NO_EMAIL"
    PERSON_AMBIGUOUS = "PERSON_AMBIGUOUS"
    PERSON_KEPT = "PERSON_KEPT"
    PERSON_REMOVED_BY_TEACHER = "PERSON_REMOVED_BY_TEACHER"
    FIRST_READ_EMPTY = "FIRST_READ_EMPTY"
    EMPTY_READ_HELD = "EMPTY_READ_HELD"
    READ_INCOMPLETE = "READ_INCOMPLETE"
    REMOVALS_HELD = "REMOVALS_HELD"
    RECORD_SET_ASIDE = "RECORD_SET_ASIDE"
    PERIOD_TITLE_TAKEN = "PERIOD_TITLE_TAKEN"
    PERIOD_OVERLAPS = "PERIOD_OVERLAPS"
    PERIODS_NOT_ELIGIBLE = "PERIODS_NOT_ELIGIBLE"
    CATEGORIES_MAPPED_ONLY = "CATEGORIES_MAPPED_ONLY"

    # connecting to the SIS, and its answers later
    PROVED = "PROVED"
    NOT_TRIED = "NOT_TRIED"
    PACKAGE_MISSING = "PACKAGE_MISSING"
    PACKAGE_UNSOUND = "PACKAGE_UNSOUND"
    PACKAGE_HELD = "PACKAGE_HELD"
    PACKAGE_GONE = "PACKAGE_GONE"
    PACKAGE_TOO_LARGE = "PACKAGE_TOO_LARGE"
    PACKAGE_NOT_CONFIRMED = "PACKAGE_NOT_CONFIRMED"
    WRITE_TESTED = "WRITE_TESTED"
    WRITE_TEST_LEFTOVER = "WRITE_TEST_LEFTOVER"
    WRITE_TEST_NOT_KEPT = "WRITE_TEST_NOT_KEPT"
    WRITE_TEST_NO_STUDENT = "WRITE_TEST_NO_STUDENT"
    SIS_UNREACHABLE = "SIS_UNREACHABLE"
    SIS_NO_ANSWER = "SIS_NO_ANSWER"
    SIS_SERVER_ERROR = "SIS_SERVER_ERROR"
    SIS_TIMEOUT = "SIS_TIMEOUT"
    SIS_RATE_LIMITED = "SIS_RATE_LIMITED"
    SIS_AUTH_FAILED = "SIS_AUTH_FAILED"
    SIS_REFUSED = "SIS_REFUSED"
    SIS_WRITE_NOT_LICENSED = "SIS_WRITE_NOT_LICENSED"
    SIS_READ_NOT_LICENSED = "SIS_READ_NOT_LICENSED"
    GRADEBOOK_NOT_OFFERED = "GRADEBOOK_NOT_OFFERED"
    GRADEBOOK_NOT_LICENSED = "GRADEBOOK_NOT_LICENSED"
    GRADE_PASS_BACK_OFF = "GRADE_PASS_BACK_OFF"  # noqa: S105, a code
    URL_INVALID = "URL_INVALID"
    WRONG_HOST = "WRONG_HOST"
    NOT_ONEROSTER = "NOT_ONEROSTER"
    WRONG_VERSION = "WRONG_VERSION"
    TOKEN_URL_UNKNOWN = "TOKEN_URL_UNKNOWN"  # noqa: S105, a code
    TOKEN_URL_ELSEWHERE = "TOKEN_URL_ELSEWHERE"  # noqa: S105, a code
    WRONG_KEY = "WRONG_KEY"
    KEY_EXPIRED = "KEY_EXPIRED"
    KEY_EXPIRES_SOON = "KEY_EXPIRES_SOON"
    KEY_NOT_YET_VALID = "KEY_NOT_YET_VALID"
    KEY_NOT_IN_EFFECT = "KEY_NOT_IN_EFFECT"
    KEY_INACTIVE = "KEY_INACTIVE"
    LAST_KEY = "LAST_KEY"
    DATES_REVERSED = "DATES_REVERSED"
    SCOPE_MISSING = "SCOPE_MISSING"
    VENDOR_KEY_MISSING = "VENDOR_KEY_MISSING"
    TLS_FAILED = "TLS_FAILED"
    HTTPS_REQUIRED = "HTTPS_REQUIRED"
    REDIRECT_REFUSED = "REDIRECT_REFUSED"
    PRIVATE_ADDRESS_REFUSED = "PRIVATE_ADDRESS_REFUSED"
    NOT_CONNECTED = "NOT_CONNECTED"
    DATA_EXCHANGE_OFF = "DATA_EXCHANGE_OFF"
    LICENCE_MISSING = "LICENCE_MISSING"
    LICENCES_NOT_KNOWN = "LICENCES_NOT_KNOWN"
    LICENCE_LIST_UNREADABLE = "LICENCE_LIST_UNREADABLE"
    NOT_IN_PILOT = "NOT_IN_PILOT"
    PILOT_EMPTY = "PILOT_EMPTY"

    # Classroom
    CLASSROOM_NOT_CONNECTED = "CLASSROOM_NOT_CONNECTED"
    CLASSROOM_UNREACHABLE = "CLASSROOM_UNREACHABLE"
    CLASSROOM_QUOTA = "CLASSROOM_QUOTA"
    CLASSROOM_REFUSED = "CLASSROOM_REFUSED"
    CLASSROOM_API_DISABLED = "CLASSROOM_API_DISABLED"
    CLASSROOM_SCOPES_MISSING = "CLASSROOM_SCOPES_MISSING"
    CLASSROOM_CLASS_ARCHIVED = "CLASSROOM_CLASS_ARCHIVED"
    CLASSROOM_CLASS_FULL = "CLASSROOM_CLASS_FULL"
    GOOGLE_KEY_FILE_INVALID = "GOOGLE_KEY_FILE_INVALID"
    GOOGLE_KEY_FILE_TYPE = "GOOGLE_KEY_FILE_TYPE"
    GOOGLE_KEY_FILE_INCOMPLETE = "GOOGLE_KEY_FILE_INCOMPLETE"
    GOOGLE_KEY_FILE_ADDRESS = "GOOGLE_KEY_FILE_ADDRESS"
    GOOGLE_KEY_REFUSED = "GOOGLE_KEY_REFUSED"
    GOOGLE_SERVICE_ACCOUNT_GONE = "GOOGLE_SERVICE_ACCOUNT_GONE"
    GOOGLE_CLOCK_WRONG = "GOOGLE_CLOCK_WRONG"
    GOOGLE_NOT_DELEGATED = "GOOGLE_NOT_DELEGATED"
    GOOGLE_USER_UNKNOWN = "GOOGLE_USER_UNKNOWN"
    GOOGLE_NOT_ADMIN = "GOOGLE_NOT_ADMIN"
    GOOGLE_ADMIN_NOT_PROVED = "GOOGLE_ADMIN_NOT_PROVED"
    GOOGLE_OPTIONAL_LEFT_OUT = "GOOGLE_OPTIONAL_LEFT_OUT"
    GOOGLE_API_DISABLED = "GOOGLE_API_DISABLED"

    # who may do what
    ADMIN_ONLY = "ADMIN_ONLY"
    OPERATOR_ONLY = "OPERATOR_ONLY"
    PRIMARY_TEACHER_ONLY = "PRIMARY_TEACHER_ONLY"
    NOT_YOUR_CLASS = "NOT_YOUR_CLASS"
    READ_ONLY_ROLE = "READ_ONLY_ROLE"
    ACCOUNT_NOT_FOUND = "ACCOUNT_NOT_FOUND"
    LAST_ADMIN = "LAST_ADMIN"
    DELEGATE_UNKNOWN = "DELEGATE_UNKNOWN"
    DELEGATE_TEACHES_HERE = "DELEGATE_TEACHES_HERE"
    DAY_PAST = "DAY_PAST"

    # who is who, and what is kept of a person
    PERSON_NOT_FOUND = "PERSON_NOT_FOUND"
    MATCH_ACCOUNT_UNKNOWN = "MATCH_ACCOUNT_UNKNOWN"
    MATCH_TAKEN = "MATCH_TAKEN"
    MATCH_FILE_INVALID = "MATCH_FILE_INVALID"
    MATCH_ROW_TWICE = "MATCH_ROW_TWICE"
    ERASE_NOT_CONFIRMED = "ERASE_NOT_CONFIRMED"
    ERASE_DURING_RUN = "ERASE_DURING_RUN"

    # why somebody does not see a class
    NO_ACCOUNT = "NO_ACCOUNT"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    NOT_A_TEACHER = "NOT_A_TEACHER"
    ROSTER_NOT_READ = "ROSTER_NOT_READ"
    EMAIL_NOT_IN_SIS = "EMAIL_NOT_IN_SIS"
    EMAIL_DIFFERS_IN_SIS = "EMAIL_DIFFERS_IN_SIS"
    INACTIVE_IN_SIS = "INACTIVE_IN_SIS"
    NO_SECTION_IN_SIS = "NO_SECTION_IN_SIS"
    NOT_TEACHER_OF_SECTION = "NOT_TEACHER_OF_SECTION"
    OTHER_ROLE_IN_SECTION = "OTHER_ROLE_IN_SECTION"
    PLACE_ENDED_IN_SIS = "PLACE_ENDED_IN_SIS"
    SECTION_CLOSED = "SECTION_CLOSED"
    OUTSIDE_TERM = "OUTSIDE_TERM"
    CLASSES_NOT_READ = "CLASSES_NOT_READ"
    CLASS_UNKNOWN = "CLASS_UNKNOWN"
    NOT_IN_CLASSROOM_CLASS = "NOT_IN_CLASSROOM_CLASS"
    CO_TEACHER_ONLY = "CO_TEACHER_ONLY"
    NOTHING_IN_THE_WAY = "NOTHING_IN_THE_WAY"

    # signing in, and what a page or command was asked for
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    SIGN_IN_NEEDED = "SIGN_IN_NEEDED"
    SIGN_IN_PAUSED = "SIGN_IN_PAUSED"
    FORM_PAUSED = "FORM_PAUSED"
    CONNECTION_NOT_FOUND = "CONNECTION_NOT_FOUND"
    SIS_IN_DEVELOPMENT = "SIS_IN_DEVELOPMENT"
    SETTING_INVALID = "SETTING_INVALID"
    SIS_CHECK_NOT_FOUND = "SIS_CHECK_NOT_FOUND"
    SIS_NOT_CHECKED = "SIS_NOT_CHECKED"
    SIS_FITS = "SIS_FITS"
    SIS_DOES_NOT_FIT = "SIS_DOES_NOT_FIT"
    RUN_NOT_FOUND = "RUN_NOT_FOUND"
    RUN_NOT_READY = "RUN_NOT_READY"
    PREVIEW_OUTDATED = "PREVIEW_OUTDATED"
    FIELD_MISSING = "FIELD_MISSING"
    RUN_CANCELLED = "RUN_CANCELLED"

    INTERNAL_ERROR = "INTERNAL_ERROR"


class Entry(Struct, frozen=True):
    """What the catalogue knows of a code: its kind, who can act, and the names of its parameters."""

    kind: Kind
    owner: Owner
    params: tuple[str, ...] = ()


class Outcome(Struct, frozen=True):
    """One outcome. `params` are plain words and numbers for the text, already in no language."""

    code: Code
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, code: Code, **params: object) -> "Outcome":
        """Make an outcome; TypeError unless the parameters are exactly the catalogue's."""
        expected = catalogue[code].params
        if set(params) != set(expected):
            raise TypeError(f"{code} takes {sorted(expected)}, not {sorted(params)}")
        return cls(code, {name: str(value) for name, value in params.items()})

    @property
    def kind(self) -> Kind:
        """The catalogue's kind of this code."""
        return catalogue[self.code].kind

    @property
    def owner(self) -> Owner:
        """Who can act on it."""
        return catalogue[self.code].owner

    @property
    def blocks(self) -> bool:
        """Whether the work it is about does not go on; otherwise it is a notice."""
        return self.kind in (Kind.SKIPPED, Kind.FAILED, Kind.HELD)


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
