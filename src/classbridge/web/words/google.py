"""The words for the connection to Classroom."""

from classbridge.web.words.look import N_

PROOFS = {
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

CLASSROOM_API = "https://developers.google.com/workspace/classroom"
"""Google's own description of its API."""
