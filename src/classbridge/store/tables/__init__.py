"""Every table. The district's id comes first in each key; `GLOBAL` lists the few tables without one.

SIS records are keyed (district, connection, sourcedId), Classroom records (district, side, id).
Stored outcomes and events hold a code and parameters, never finished text.
"""

from classbridge.store.tables.base import metadata
from classbridge.store.tables.connections import (
    classroom,
    classroom_entry,
    connection,
    credential,
    data_exchange,
    key_warning,
    sis_exchange,
)
from classbridge.store.tables.gate import licence, licence_policy, pilot, pilot_school, pilot_teacher
from classbridge.store.tables.gc import gc_course, gc_course_work, gc_member, gc_submission
from classbridge.store.tables.history import audit_event, run, run_outcome
from classbridge.store.tables.links import (
    class_link,
    delegate,
    excused_mark,
    line_item,
    membership,
    membership_exception,
    person_match,
    person_refusal,
    result,
)
from classbridge.store.tables.packages import package
from classbridge.store.tables.people import account, account_role, district, domain, heartbeat, sign_in_failure
from classbridge.store.tables.sis import (
    SEEN,
    sis_academic_session,
    sis_category,
    sis_class,
    sis_enrollment,
    sis_line_item,
    sis_org,
    sis_result,
    sis_user,
    snapshot,
)
from classbridge.store.tables.teaching import (
    category_map,
    class_setting,
    district_policy,
    grade_answer,
    section_choice,
    work_setting,
)
from classbridge.store.tables.unlisted import unlisted_sis, vendor_interest

GLOBAL = frozenset({"district", "account", "account_role", "sign_in_failure", "heartbeat", "vendor_interest"})
"""Tables that are asked across districts: who signs in and where they may go, live workers, vendors' forms."""

__all__ = [
    "GLOBAL",
    "SEEN",
    "account",
    "account_role",
    "audit_event",
    "category_map",
    "class_link",
    "class_setting",
    "classroom",
    "classroom_entry",
    "connection",
    "credential",
    "data_exchange",
    "delegate",
    "district",
    "district_policy",
    "domain",
    "excused_mark",
    "gc_course",
    "gc_course_work",
    "gc_member",
    "gc_submission",
    "grade_answer",
    "heartbeat",
    "key_warning",
    "licence",
    "licence_policy",
    "line_item",
    "membership",
    "membership_exception",
    "metadata",
    "package",
    "person_match",
    "person_refusal",
    "pilot",
    "pilot_school",
    "pilot_teacher",
    "result",
    "run",
    "run_outcome",
    "section_choice",
    "sign_in_failure",
    "sis_academic_session",
    "sis_category",
    "sis_class",
    "sis_enrollment",
    "sis_exchange",
    "sis_line_item",
    "sis_org",
    "sis_result",
    "sis_user",
    "snapshot",
    "unlisted_sis",
    "vendor_interest",
    "work_setting",
]
