"""The words that stand for values: chips, decisions, roles, kinds. Each is marked for translation here once."""

from typing import NamedTuple

from classbridge.service.views import Chip, GradeCell


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
    "kept": Look("idle", "check", N_("Kept as you chose")),
    "skipped": Look("idle", "ban", N_("Skipped")),
    "held": Look("warn", "player-pause", N_("Held")),
    "sent": Look("good", "circle-check", N_("Sent")),
    "failed": Look("bad", "circle-x", N_("Failed")),
}


class Fix(NamedTuple):
    """What can be put right in a preview: the form's field, and what is asked for beside it."""

    field: str
    ask: str


FIXES = {
    "TITLE_TOO_LONG": Fix("title", N_("Shorten this title")),
    "TITLE_DUPLICATE": Fix("title", N_("Choose another title")),
    "CATEGORY_MISSING": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_NOT_FOUND": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_LEFT_OUT": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_DEFAULTED": Fix("category", N_("Pick this assignment's category")),
    "CATEGORY_CHOSEN": Fix("category", N_("Pick this assignment's category")),
    "DUE_DATE_MISSING": Fix("due_on", N_("Set this due date, or its grading period")),
    "DUE_DATE_OUTSIDE_TERM": Fix("due_on", N_("Set this due date, or its grading period")),
    "PERIOD_NOT_FOUND": Fix("period_id", N_("Pick this due date's grading period")),
}
"""By outcome code."""

IN_CLASSROOM = frozenset({"POINTS_NOT_WHOLE", "SKIPPED_UNGRADED", "SKIPPED_NOT_RETURNED"})
"""What only Classroom can put right."""
UNDO_STEPS = {
    "put": Look("note", "refresh", N_("Goes back")),
    "delete": Look("note", "x", N_("Is removed again")),
    "stay": Look("idle", "ban", N_("Stays")),
    "sent": Look("good", "circle-check", N_("Put back")),
    "unchanged": Look("idle", "check", N_("Nothing to put back")),
    "skipped": Look("warn", "ban", N_("Stays")),
    "held": Look("warn", "player-pause", N_("Stays")),
    "failed": Look("bad", "circle-x", N_("Failed")),
}
"""A grade in an undo, before and after."""


class Choice(NamedTuple):
    """A choice in words: what it is called, and what it does."""

    word: str
    help: str


DRIFTS = {
    "ask": Choice(
        N_("Ask"), N_("In a preview you decide. At night they are skipped, and the class needs your attention.")
    ),
    "overwrite": Choice(N_("Overwrite"), N_("At night the SIS gets Classroom's grade.")),
    "keep": Choice(N_("Keep"), N_("At night the SIS keeps its grade, and nobody is asked.")),
}
"""What becomes of grades that were changed in the SIS."""

PEOPLE = {
    "PERSON_ADDED": N_("Added"),
    "PERSON_ADDED_AGAIN": N_("Added again"),
    "PERSON_INVITED": N_("Invited"),
    "PERSON_INVITATION_OPEN": N_("Invited before"),
    "PERSON_PRESENT": N_("There already"),
    "PERSON_KEPT": N_("Stay, though not in the SIS class"),
    "PERSON_REMOVED": N_("Removed"),
    "PERSON_REMOVED_BY_TEACHER": N_("Removed by a teacher before"),
    "PERSON_NEW_IN_SIS": N_("Not imported yet"),
    "PERSON_LEFT_SIS": N_("Left the SIS class"),
    "PERSON_NO_ACCOUNT": N_("No account in Classroom"),
    "PERSON_NO_EMAIL": N_("No e-mail address in the SIS"),
    "PERSON_AMBIGUOUS": N_("E-mail address shared by several"),
}
"""What became of people, by outcome code, short enough for a heading."""

PEOPLE_STATES = {
    "shared": Look("warn", "alert-triangle", N_("Address shared by several")),
    "no_email": Look("warn", "alert-triangle", N_("No e-mail address")),
    "unmatched": Look("bad", "circle-x", N_("Not found in Classroom")),
    "unseen": Look("idle", "circle", N_("In no linked class")),
    "matched": Look("good", "circle-check", N_("Matched")),
    "overridden": Look("good", "user", N_("Matched by hand")),
    "nobody": Look("idle", "ban", N_("Matched with nobody")),
    "left": Look("idle", "circle-off", N_("Not active in the SIS")),
}
"""How a person of the SIS stands to Classroom."""

PEOPLE_CHOICES = {"open": N_("Needs an answer"), "all": N_("Everybody")}

MATCH_REASONS = {
    "alias": N_("the same address but for dots or what follows a plus"),
    "other_domain": N_("the same name before the @, another domain of yours"),
    "identifier": N_("the address begins with the id or user name in the SIS"),
    "email": N_("the same address, which several people share"),
    "name": N_("the same name"),
}
"""Why an account is suggested."""

KEPT = {
    "sis_user": N_("The person as the SIS sends them"),
    "sis_enrollment": N_("Places in sections of the SIS"),
    "sis_result": N_("Grades that the SIS holds"),
    "gc_member": N_("Places in classes of Classroom"),
    "gc_submission": N_("Assignments and grades in Classroom"),
    "membership": N_("Classes that the person was added to"),
    "membership_exception": N_("Classes that a teacher removed the person from"),
    "person_match": N_("Who somebody said it is"),
    "person_refusal": N_("Who somebody said it is not"),
    "result": N_("Grades that were exported"),
    "section_choice": N_("The section that somebody chose for the person"),
    "grade_answer": N_("Grades of the SIS that somebody let stand"),
    "run_outcome": N_("What became of the person in past runs"),
    "run": N_("Runs that the person asked for, or that were asked for them"),
    "audit_event": N_("What the person did, in the audit log"),
    "delegate": N_("Classes in which the person is a delegate"),
    "licence": N_("Licences"),
    "pilot_teacher": N_("The pilot group"),
}
"""What is kept of a person, by table."""

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

RUN_KINDS = {
    "prove-classroom": N_("Test of Classroom"),
    "take-package": N_("Taking a package in"),
    "write-test": N_("Write test"),
    "authorize": N_("Authorize"),
    "check-sis": N_("Check of a SIS"),
    "sync": N_("Read from the SIS"),
    "refresh": N_("Refresh"),
    "read-licences": N_("Reading of licences"),
    "preview-import": N_("Import preview"),
    "import": N_("Import"),
    "preview-export": N_("Export preview"),
    "export": N_("Grade export"),
    "preview-undo": N_("Undo preview"),
    "undo": N_("Undo of an export"),
}

SETTINGS = {
    "client_auth": N_("How key and secret are sent for a token"),
    "scopes": N_("Scopes asked for, with commas between; empty: the standard's"),
    "page_size": N_("Records asked for at a time"),
    "refused_filters": N_("Filters that the SIS refuses, with commas between"),
    "concurrency": N_("Requests at a time in school hours"),
    "concurrency_off_peak": N_("Requests at a time otherwise"),
    "gradebook.category": N_("Category of an assignment"),
    "gradebook.categories_forbidden": N_("Categories that are never sent, by sourcedId"),
    "gradebook.class_categories": N_("Each class has categories of its own"),
    "gradebook.due_date_required": N_("A due date is required"),
    "gradebook.due_date_in_term": N_("The due date must lie in the class's terms"),
    "gradebook.sends_grading_period": N_("An assignment names its grading period"),
    "gradebook.title_max": N_("Longest title, in characters; empty: no limit"),
    "gradebook.comment_max": N_("Longest comment, in characters; empty: no limit"),
    "gradebook.whole_points": N_("Maximum points must be whole"),
    "gradebook.unique_title": N_("A title may be used once per class and due date"),
    "gradebook.score_statuses": N_("Score statuses that the SIS keeps, with commas between"),
    "gradebook.score_decimals": N_("Decimals that the SIS keeps; empty: all"),
    "gradebook.above_maximum": N_("A score above the maximum"),
    "gradebook.delete_line_items": N_("Line items can be deleted"),
    "gradebook.delete_results": N_("Results can be deleted"),
    "gradebook.assigns_ids": N_("The SIS gives sourcedIds of its own"),
    "gradebook.sees_foreign_line_items": N_("Line items of teachers and other tools are listed"),
}
"""The settings of a profile that an admin can put otherwise."""

SETTING_CHOICES = {
    "basic": N_("In the header (HTTP Basic), encoded where the standard asks for it"),
    "basic_raw": N_("In the header (HTTP Basic), as they are"),
    "body": N_("In the body of the request"),
    "optional": N_("May be left out"),
    "required": N_("Is required"),
    "default": N_("The SIS puts in one of its own"),
    "keep": N_("Is kept as it is"),
    "clamp": N_("Is lowered to the maximum"),
    "refuse": N_("Is refused"),
}

PACKAGE_STATES = {
    "received": Look("note", "hourglass", N_("Being taken in")),
    "taken": Look("good", "circle-check", N_("Taken in")),
    "held": Look("warn", "player-pause", N_("Held")),
    "refused": Look("bad", "circle-x", N_("Not taken in")),
}
"""What became of a package of a SIS without an API."""

CLIENT_AUTHS = {
    "basic": N_("In the header (HTTP Basic), encoded where the standard asks for it"),
    "basic_urlencoded": N_("In the header (HTTP Basic), URL-encoded first"),
    "basic_raw": N_("In the header (HTTP Basic), as they are"),
    "body": N_("In the body of the request"),
}
"""How a client says its key and secret where it asks for a token."""

CLASSROOM_API = "https://developers.google.com/workspace/classroom"
"""Google's own description of its API."""

ONEROSTER_OFFERS = {
    "1.2": "OneRoster 1.2",
    "1.1": "OneRoster 1.1",
    "both": "OneRoster 1.1, 1.2",
    "csv": N_("CSV packages of OneRoster only"),
    "planned": N_("Planned"),
    "none": N_("Nothing yet"),
}
"""What a vendor's SIS may have of OneRoster."""

FITS = {
    None: Look("idle", "circle", N_("Not checked yet")),
    True: Look("good", "circle-check", N_("Fits")),
    False: Look("bad", "circle-x", N_("Does not fit yet")),
}
"""Whether a SIS that is not listed has all that the main job needs."""

CARD_OUTCOMES = {
    "pass": Look("good", "circle-check", N_("Passed")),
    "fail": Look("bad", "circle-x", N_("Failed")),
    "not_offered": Look("idle", "circle", N_("Not offered")),
}
"""A line of a report card."""

LICENCE_SOURCES = {
    "off": (N_("Off: no licence is asked for"), N_("Every teacher may use the functions.")),
    "google": (
        N_("On: Google says who has a licence"),
        N_(
            "Read every day by the Enterprise License Manager API. It needs two optional scopes of the connection."
        ),
    ),
    "list": (N_("On: the list that was uploaded"), N_("Who is in the list may use the functions.")),
}
"""Each source with what it means."""

ROW_REASONS = {"no_address": N_("No e-mail address in it"), "twice": N_("The address is there already")}

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
    "excused": N_("Excused"),
    "graded": N_("Graded, not returned"),
    "missing": N_("Missing"),
    "late": N_("Late"),
    "turned_in": N_("Turned in"),
    "none": N_("No grade yet"),
    "not_assigned": N_("Not assigned"),
}


def cell_words(cell: GradeCell) -> tuple[str, ...]:
    """What stands in words beside a grade, so that it can be told without colour."""
    said = (
        (cell.state not in ("returned", "none"), CELL_STATES[cell.state]),
        (cell.late and cell.state != "late", CELL_STATES["late"]),
        (cell.above, N_("Above the maximum")),
    )
    return tuple(word for holds, word in said if holds)


ACTIONS = {
    "classroom.connect": N_("Connected Classroom"),
    "classroom.remove": N_("Removed the connection to Classroom"),
    "classroom.entry": N_("Saved a key for Classroom"),
    "classroom.test": N_("Tested Classroom"),
    "grade.excused": N_("Marked a student as excused"),
    "student.section": N_("Chose a student's SIS class"),
    "grade.not_excused": N_("Took a mark of excused back"),
    "package.receive": N_("Uploaded a package of the SIS"),
    "package.grades": N_("Downloaded the grades for the SIS"),
    "connection.start": N_("Began to connect a SIS"),
    "connection.settings": N_("Changed the settings of a SIS"),
    "connection.contact": N_("Changed whom to ask at a SIS"),
    "connection.credentials": N_("Saved credentials"),
    "connection.key_removed": N_("Removed a key"),
    "connection.authorize": N_("Authorized"),
    "connection.write_test": N_("Tested writing grades"),
    "connection.data_exchange": N_("Confirmed data exchange"),
    "connection.support_bundle": N_("Made a support bundle"),
    "connection.support": N_("Changed SIS support"),
    "connection.disconnect": N_("Disconnected a SIS"),
    "unlisted.add": N_("Noted a SIS that is not listed"),
    "unlisted.change": N_("Changed what is noted of a SIS"),
    "unlisted.check": N_("Checked a SIS"),
    "unlisted.remove": N_("Removed a SIS that is not listed"),
    "class.link": N_("Linked a class"),
    "class.unlink": N_("Removed a link"),
    "class.create": N_("Created a class"),
    "class.delegate": N_("Named a delegate"),
    "class.delegate_revoked": N_("Revoked a delegate"),
    "account.add": N_("Added an account"),
    "account.roles": N_("Changed somebody's roles"),
    "licences.policy": N_("Changed the rule for licences"),
    "licences.list": N_("Uploaded a list of licences"),
    "licences.read": N_("Asked Google for the licences"),
    "pilot.change": N_("Changed the pilot"),
    "roster.add_again": N_("Let somebody be added again whom a teacher removed"),
    "class.schedule": N_("Changed the settings of a class"),
    "policy.change": N_("Changed the export policy"),
    "roster.import": N_("Imported a roster"),
    "grades.export": N_("Exported grades"),
    "grades.work": N_("Chose what the SIS gets of an assignment"),
    "grades.categories": N_("Mapped grade categories"),
    "grades.undo": N_("Undid an export"),
    "grades.release": N_("Let held withdrawals go"),
    "run.cancel": N_("Cancelled a run"),
    "people.export": N_("Downloaded the list of people"),
    "people.import": N_("Matched people by a file"),
    "person.account": N_("Matched a person"),
    "person.nobody": N_("Matched a person with nobody"),
    "person.email": N_("Took back a match"),
    "person.refuse": N_("Refused a match"),
    "person.allow": N_("Allowed a refused match"),
    "person.data": N_("Downloaded what is kept of a person"),
    "person.erase": N_("Erased a person"),
}

SUBJECTS = {
    "classroom": ("/admin/google", N_("Classroom")),
    "connection": ("/admin/sis/{}", N_("The connection")),
    "class": ("/classes/{}/link", N_("The class")),
    "policy": ("/admin/policy", N_("The export policy")),
    "roster": ("/classes/{}/roster", N_("The class")),
    "grades": ("/classes/{}/grades", N_("The class")),
    "licences": ("/admin/licences", N_("Licences")),
    "pilot": ("/admin/pilot", N_("Pilot")),
    "unlisted": ("/admin/not-listed/{}", N_("The SIS")),
    "run": ("/runs/{}", N_("The run")),
    "people": ("/admin/people", N_("The people")),
    "person": ("/admin/people", N_("A person")),
    "account": ("/admin/accounts?id={}", N_("The account")),
}
"""Where the subject of an action is looked at, by the action's first word."""

SIS_STATES = {
    "available": Look("good", "circle-check", N_("Available")),
    "in development": Look("note", "hourglass", N_("In development")),
}

CONFIDENCE = {
    "high": Look("good", "circle-check", N_("Confirmed")),
    "medium": Look("note", "info-circle", N_("Probable")),
    "low": Look("warn", "help-circle", N_("Uncertain")),
    "unknown": Look("warn", "help-circle", N_("Not known")),
}
"""How sure a fact of a SIS is."""

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
    "pilot": N_("In the pilot, or the functions are open to all"),
    "licence": N_("A licence, where one is needed"),
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
    "google-removed": N_("Removed. The key is destroyed here; exported grades and links stay."),
    "key-removed": N_("The key is removed and its secret destroyed."),
    "excused": N_("Saved. The next export sends it."),
    "section": N_("Saved. The student's grades go there from the next export on."),
    "settings": N_("Saved. It holds from the next run."),
    "categories": N_("Saved. It holds from the next preview."),
    "policy": N_("Saved. The policy holds from the next run."),
    "class-settings": N_("Saved."),
    "data": N_("Saved and confirmed. Teachers can use what is ticked."),
    "support-on": N_("Saved. Requests to the SIS now carry your domain name."),
    "support-off": N_("Saved. Requests to the SIS no longer carry your domain name."),
    "disconnected": N_("Disconnected. Exported grades stay in the SIS and are no longer updated."),
    "linked-all": N_("Linked. Next: import the rosters, or export grades."),
    "linked": N_("Linked. Next: import the roster, or export grades."),
    "unlinked": N_("The link is removed. Nothing was changed in Classroom or in the SIS."),
    "created": N_("The class is created in Classroom and linked."),
    "again": N_("Saved. The next import adds this person."),
    "refreshing": N_("Refreshing. The page shows what is stored until new values arrive."),
    "cancelled": N_("Cancelling. What is already sent stays and is accounted for."),
    "matched": N_("Matched. Imports and exports go by it from now on."),
    "match-nobody": N_("Saved. This person is matched with nobody."),
    "match-email": N_("Taken back. The e-mail address tells who it is again."),
    "pair-refused": N_("Saved. These two are never matched."),
    "pair-allowed": N_("Taken back. These two may be matched again."),
    "roles": N_("Saved. The roles hold from now on."),
    "delegate": N_("Named. The class is in that person's list now."),
    "delegate-revoked": N_("Revoked. That person no longer has the class."),
    "licences": N_("Saved. The rule holds from now on."),
    "pilot-on": N_("Saved. The functions are open to the group only."),
    "pilot-off": N_("Saved. The functions are open to all teachers."),
    "unlisted-noted": N_("Saved."),
    "unlisted-removed": N_("Removed, with its key and its report."),
    "vendor-thanks": N_("Thank you. What you wrote is kept; being listed is not promised."),
    "signed-out": N_("You are signed out."),
}
