"""Each fault of the sandbox, and the checks that find it."""

from msgspec import Struct

from classbridge.oneroster.models import Version

_BOTH = tuple(Version)
_NEW = (Version.V1_2,)
_OLD = (Version.V1_1,)


class Planted(Struct, frozen=True):
    """A fault's name, the checks that must fail with it on, and the versions in which it is one."""

    fault: str
    found_by: tuple[str, ...]
    versions: tuple[Version, ...] = _BOTH
    value: float | None = None

    @property
    def writes(self) -> bool:
        """Whether it shows only in writing."""
        return self.found_by[0].startswith("write.")


PLANTED = (
    # Those that the sandbox has for exports and imports
    Planted("drop-write", ("write.edit-result",)),
    Planted("outage", ("access.token", "google.teachers")),
    Planted("cut", ("google.teachers",)),
    Planted("slow", ("access.latency",), value=0.3),
    Planted("rate-limit", ("google.teachers",), value=0),
    Planted("server-error", ("google.teachers",)),
    Planted("server-error-page-2", ("paging.every-record-once", "reads.orgs.offset")),
    Planted("server-error-results", ("reads.results",)),
    Planted("expired-token", ("google.teachers",)),
    Planted("empty-collection", ("google.teacher-by-email",)),
    Planted("no-collection-key", ("google.teachers", "reads.orgs")),
    Planted("truncated-body", ("google.teachers", "reads.orgs")),
    Planted("malformed-json", ("google.teachers", "reads.orgs")),
    Planted("html-error", ("access.token", "google.teachers")),
    Planted("shifted-pages", ("paging.every-record-once", "reads.orgs.offset")),
    Planted("ignore-paging", ("reads.orgs.limit", "reads.orgs.offset", "paging.page-size")),
    Planted("wrong-total", ("paging.total",)),
    Planted("no-headers", ("paging.total", "paging.link"), versions=_NEW),
    Planted("change-score", ("write.edit-result",)),
    Planted("refuse-student", ("write.create-result",)),
    Planted("no-write-licence", ("write.create-line-item",)),
    # Signing in, pages, filters, errors
    Planted("any-secret", ("access.wrong-secret",)),
    Planted("no-lifetime", ("access.token-lifetime",)),
    Planted("open-door", ("access.no-token", "access.wrong-token")),
    Planted("redirect", ("access.redirect", "google.teachers")),
    Planted("text-plain", ("access.content-type", "errors.content-type")),
    Planted("ignore-filter", ("google.teacher-by-email", "reads.users.filter", "query.equal", "query.status")),
    Planted("ignore-sort", ("reads.users.sort",)),
    Planted("ignore-fields", ("reads.users.fields",)),
    Planted("ignore-delta", ("query.delta",)),
    Planted("ignore-unknown-field", ("query.unknown-filter-field", "query.broken-filter")),
    Planted("or-as-and", ("query.or",)),
    Planted("greater-only", ("query.greater-or-equal",)),
    Planted("quote-crash", ("query.quotes",)),
    Planted("crash-on-unknown-fields", ("query.unknown-fields",)),
    Planted("wrong-code", ("errors.unknown-object", "query.unknown-filter-field")),
    Planted("html-not-found", ("errors.body", "errors.content-type")),
    Planted("unknown-is-found", ("errors.unknown-object",)),
    Planted("welcome-everywhere", ("errors.unknown-path",)),
    Planted("greedy-pages", ("paging.page-size", "reads.users.limit")),
    Planted("lost-pages", ("paging.every-record-once", "reads.users.offset")),
    Planted("past-end-404", ("paging.past-the-end",)),
    Planted("link-elsewhere", ("paging.link",)),
    Planted("endless-link", ("paging.link",)),
    Planted("unsteady-order", ("paging.steady",)),
    # Records
    Planted("no-modified", ("records.modified", "records.required")),
    Planted("odd-status", ("records.status",)),
    Planted("yes-and-no", ("records.booleans",)),
    Planted("number-texts", ("records.numbers",)),
    Planted("us-dates", ("records.dates",)),
    Planted("local-moments", ("records.moments",)),
    Planted("reversed-dates", ("records.session-dates",)),
    Planted("own-words", ("records.vocabularies",)),
    Planted("extra-members", ("records.unknown-members",), versions=_NEW),
    Planted("bare-references", ("records.references",)),
    Planted("dangling-courses", ("records.references-resolve",)),
    Planted("orphan-enrollments", ("records.enrollments", "records.references-resolve")),
    Planted("foreign-hrefs", ("records.hrefs",)),
    Planted("no-school", ("records.required", "google.teacher-classes"), versions=_NEW),
    Planted("no-terms", ("records.required", "google.teacher-classes"), versions=_NEW),
    Planted("no-terms", ("records.required", "google.class-by-id"), versions=_OLD),
    Planted("no-names", ("records.required",)),
    Planted("no-emails", ("google.students",)),
    Planted("one-address", ("records.addresses",)),
    Planted("no-school-year", ("google.grading-periods",)),
    Planted("wrong-periods", ("google.grading-periods",)),
    Planted("no-categories", ("google.categories",)),
    Planted("twin-teachers", ("google.teacher-by-email",)),
    Planted("twin-rows", ("records.unique-ids", "paging.every-record-once")),
    Planted("new-ids", ("records.stable-ids", "reads.users.single")),
    # Writing
    Planted("clamp-score", ("write.extra-credit",)),
    Planted("forget-exempt", ("write.exempt",)),
    Planted("refuse-long-title", ("write.long-title",)),
    Planted("lock-line-items", ("write.create-line-item",)),
    Planted("create-200", ("write.create-line-item",)),
    Planted("keep-deleted-results", ("write.delete-result",)),
    Planted("keep-deleted-line-items", ("write.delete-line-item",)),
    Planted("drop-edit", ("write.edit-result",)),
    Planted("hide-line-items", ("write.line-item-listed",)),
)
