"""The words that stand for values: chips, decisions, roles, kinds. Each is marked for translation here once."""

from typing import NamedTuple

from classbridge.service.views import Chip


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for translation where it is shown."""
    return text


class Look(NamedTuple):
    """How a state looks: its tone, its icon and its word."""

    tone: str
    icon: str
    word: str


CHIPS = {
    Chip.NOT_LINKED: Look("idle", "circle", N_("Not linked")),
    Chip.LINKED: Look("good", "link", N_("Linked")),
    Chip.CHANGES_WAITING: Look("note", "refresh", N_("Changes waiting")),
    Chip.RUNNING: Look("note", "loader", N_("Running")),
    Chip.NEEDS_ATTENTION: Look("bad", "alert-triangle", N_("Needs attention")),
    Chip.WAITING_FOR_SIS: Look("warn", "hourglass", N_("Waiting for SIS")),
    Chip.HELD: Look("warn", "player-pause", N_("Held")),
    Chip.DONE: Look("good", "circle-check", N_("Done")),
    Chip.DISCONNECTED: Look("idle", "plug-x", N_("Disconnected")),
}

DECISIONS = {
    "new": Look("good", "point", N_("New")),
    "changed": Look("note", "refresh", N_("Changed")),
    "unchanged": Look("idle", "check", N_("Unchanged")),
    "drifted": Look("warn", "alert-triangle", N_("Differs from the SIS")),
    "skipped": Look("idle", "ban", N_("Skipped")),
    "held": Look("warn", "player-pause", N_("Held")),
    "sent": Look("good", "circle-check", N_("Sent")),
    "failed": Look("bad", "circle-x", N_("Failed")),
}

PEOPLE = {
    "PERSON_ADDED": N_("Added"),
    "PERSON_INVITED": N_("Invited"),
    "PERSON_INVITATION_OPEN": N_("Invited before"),
    "PERSON_PRESENT": N_("There already"),
    "PERSON_KEPT": N_("Stay, though not in the SIS class"),
    "PERSON_REMOVED": N_("Removed"),
    "PERSON_REMOVED_BY_TEACHER": N_("Removed by a teacher before"),
    "PERSON_NO_ACCOUNT": N_("No account in Classroom"),
    "PERSON_NO_EMAIL": N_("No e-mail address in the SIS"),
    "PERSON_AMBIGUOUS": N_("E-mail address shared by several"),
}
"""What became of people, by outcome code, short enough for a heading."""

PROOFS = {
    "token": N_("Sign-in to the SIS"),
    "rostering": N_("Reading classes and people"),
    "gradebook": N_("Reading the gradebook"),
    "write": N_("Writing grades"),
}

GOOGLE_PROOFS = {
    "key": N_("The service account's key"),
    "delegation": N_("Domain-wide delegation of the scopes"),
    "classroom": N_("Google Classroom API"),
    "admin": N_("The address is an administrator's"),
    "directory": N_("Directory (optional)"),
    "licences": N_("Licences (optional)"),
}

SCOPE_USES = {
    "emails": N_("People's e-mail addresses, by which they are matched with the SIS."),
    "courses": N_("Classes and their grading periods: read and create."),
    "rosters": N_("Teachers, students and invitations: read, add and remove."),
    "course_work": N_("Assignments and returned grades: read only."),
    "directory": N_("Whether the address is an administrator's. Optional: everything works without it."),
    "licences": N_(
        "Who has a licence, where your district asks teachers for one. Google has no scope for reading only."
    ),
}

PROOF_STATES = {
    "waiting": Look("idle", "loader", N_("Waiting")),
    "untried": Look("idle", "circle", N_("Not tried yet")),
    "passed": Look("good", "circle-check", N_("Works")),
    "failed": Look("bad", "circle-x", N_("Does not work")),
    "unknown": Look("warn", "help-circle", N_("Not proved")),
}

KINDS = {
    "students": N_("Students"),
    "teachers": N_("Teachers and co-teachers"),
    "grading_periods": N_("Grading periods"),
    "grade_categories": N_("Grade categories"),
    "grades": N_("Grades"),
}

KIND_HELP = {
    "students": N_("Who is in each class, by name and e-mail address."),
    "teachers": N_("Who teaches each class, co-teachers too."),
    "grading_periods": N_("The SIS's terms and their dates, so that a grade lands in the right one."),
    "grade_categories": N_("The SIS's categories, such as Homework and Tests."),
    "grades": N_("Here: results of assignments that a teacher has returned, not end-of-term grades."),
}

IMPORT_KINDS = ("students", "teachers", "grading_periods", "grade_categories")

RUN_KINDS = {
    "prove-classroom": N_("Test of Classroom"),
    "write-test": N_("Write test"),
    "authorize": N_("Authorize"),
    "sync": N_("Read from the SIS"),
    "refresh": N_("Refresh"),
    "read-licences": N_("Reading of licences"),
    "preview-import": N_("Import preview"),
    "import": N_("Import"),
    "preview-export": N_("Export preview"),
    "export": N_("Grade export"),
}

RUN_STATES = {
    "queued": N_("Queued"),
    "running": N_("Running"),
    "waiting": N_("Waiting for the SIS to answer"),
    "done": N_("Done"),
    "held": N_("Held"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
}

ROLES = {
    "admin": N_("Admin"),
    "auditor": N_("Auditor"),
    "teacher": N_("Teacher"),
    "student": N_("Student"),
    "students": N_("Student"),
    "teachers": N_("Teacher"),
    "operator": N_("Operator"),
}

CELL_STATES = {
    "returned": N_("Returned"),
    "graded": N_("Graded, not returned"),
    "missing": N_("Missing"),
    "late": N_("Late"),
    "turned_in": N_("Turned in"),
    "none": N_("No grade yet"),
    "not_assigned": N_("Not assigned"),
}

ACTIONS = {
    "classroom.connect": N_("Connected Classroom"),
    "classroom.entry": N_("Saved a key for Classroom"),
    "classroom.test": N_("Tested Classroom"),
    "connection.start": N_("Began to connect a SIS"),
    "connection.credentials": N_("Saved credentials"),
    "connection.key_removed": N_("Removed a key"),
    "connection.authorize": N_("Authorized"),
    "connection.write_test": N_("Tested writing grades"),
    "connection.data_exchange": N_("Confirmed data exchange"),
    "connection.support_bundle": N_("Made a support bundle"),
    "connection.support": N_("Changed SIS support"),
    "connection.disconnect": N_("Disconnected a SIS"),
    "class.link": N_("Linked a class"),
    "class.unlink": N_("Removed a link"),
    "class.create": N_("Created a class"),
    "class.delegate": N_("Named a delegate"),
    "class.delegate_revoked": N_("Revoked a delegate"),
    "account.add": N_("Added an account"),
    "account.roles": N_("Changed somebody's roles"),
    "roster.import": N_("Imported a roster"),
    "grades.export": N_("Exported grades"),
    "run.cancel": N_("Cancelled a run"),
}

SUBJECTS = {
    "classroom": ("/admin/google", N_("Classroom")),
    "connection": ("/admin/sis/{}", N_("The connection")),
    "class": ("/classes/{}/link", N_("The class")),
    "roster": ("/classes/{}/roster", N_("The class")),
    "grades": ("/classes/{}/grades", N_("The class")),
    "run": ("/runs/{}", N_("The run")),
    "account": ("/admin/accounts?id={}", N_("The account")),
}
"""Where the subject of an action is looked at, by the action's first word."""

KEY_STATES = {
    "used": Look("good", "lock", N_("In use")),
    "kept": Look("idle", "lock", N_("Kept beside it")),
    "later": Look("note", "hourglass", N_("Good later")),
    "expired": Look("bad", "alert-triangle", N_("Expired")),
}

WHY = {
    "account": N_("An account here, as a teacher"),
    "classroom": N_("Classroom is connected"),
    "connection": N_("The SIS is connected and has been read"),
    "data": N_("Data exchange is confirmed"),
    "email": N_("The e-mail address is in the SIS"),
    "section": N_("Teacher of the section in the SIS"),
    "term": N_("The dates cover today"),
    "class": N_("Teacher of the class in Classroom"),
}
"""What decides which classes a teacher sees, in the order in which it is looked at."""

CHECK_STATES = {
    "passed": Look("good", "circle-check", N_("In order")),
    "notice": Look("warn", "alert-triangle", N_("Worth a look")),
    "failed": Look("bad", "circle-x", N_("In the way")),
    "skipped": Look("idle", "circle", N_("Not looked at yet")),
}

NOTICES = {
    "credentials": N_("Saved. The secret is sealed and is never shown again."),
    "google-saved": N_("Saved. The key is sealed and is never shown again. Next: delegate the scopes, then test."),
    "key-removed": N_("The key is removed and its secret destroyed."),
    "data": N_("Saved and confirmed. Teachers can use what is ticked."),
    "support-on": N_("Saved. Requests to the SIS now carry your domain name."),
    "support-off": N_("Saved. Requests to the SIS no longer carry your domain name."),
    "disconnected": N_("Disconnected. Exported grades stay in the SIS and are no longer updated."),
    "linked": N_("Linked. Next: import the roster, or export grades."),
    "unlinked": N_("The link is removed. Nothing was changed in Classroom or in the SIS."),
    "created": N_("The class is created in Classroom and linked."),
    "refreshing": N_("Refreshing. The page shows what is stored until new values arrive."),
    "cancelled": N_("Cancelling. What is already sent stays and is accounted for."),
    "roles": N_("Saved. The roles hold from now on."),
    "delegate": N_("Named. The class is in that person's list now."),
    "delegate-revoked": N_("Revoked. That person no longer has the class."),
    "signed-out": N_("You are signed out."),
}
