"""The OAuth scopes of the Classroom API that the stand-in knows."""

PREFIX = "https://www.googleapis.com/auth/classroom."
EMAILS = PREFIX + "profile.emails"
ALL = frozenset(
    PREFIX + name
    for name in (
        "courses",
        "courses.readonly",
        "coursework.me",
        "coursework.me.readonly",
        "coursework.students",
        "coursework.students.readonly",
        "profile.emails",
        "profile.photos",
        "rosters",
        "rosters.readonly",
        "student-submissions.me.readonly",
        "student-submissions.students.readonly",
    )
)
DIRECTORY = "https://www.googleapis.com/auth/admin.directory.user.readonly"
"""The Directory API's, of which the stand-in has one method."""
LICENSING = "https://www.googleapis.com/auth/apps.licensing"
"""The Enterprise License Manager API's, of which it has one method too."""
DELEGABLE = ALL | {DIRECTORY, LICENSING}
OTHERS_WORK = frozenset(scope for scope in ALL if ".students" in scope)
"""Scopes that show other people's submissions; with the `me` ones a caller sees only their own."""
