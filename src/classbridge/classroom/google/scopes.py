"""The OAuth scopes that classbridge asks for: the least that each of its tasks needs."""

_PREFIX = "https://www.googleapis.com/auth/classroom."

PROFILE_EMAILS = _PREFIX + "profile.emails"
"""People's addresses, by which they are matched."""
COURSES = _PREFIX + "courses"
"""Courses and their grading periods: read, create, change."""
COURSES_READONLY = _PREFIX + "courses.readonly"
ROSTERS = _PREFIX + "rosters"
"""Members and invitations: read, add, remove."""
ROSTERS_READONLY = _PREFIX + "rosters.readonly"
COURSE_WORK_READONLY = _PREFIX + "coursework.students.readonly"
"""Course work, its submissions and their grades; classbridge never writes them."""

GRADES = (PROFILE_EMAILS, COURSES_READONLY, ROSTERS_READONLY, COURSE_WORK_READONLY)
"""For linking and for exporting grades."""
EVERYTHING = (PROFILE_EMAILS, COURSES, ROSTERS, COURSE_WORK_READONLY)
"""For importing rosters and grading periods as well: what an admin delegates."""
DIRECTORY = "https://www.googleapis.com/auth/admin.directory.user.readonly"
"""Whether an address is an administrator's; classbridge works without it."""
LICENSING = "https://www.googleapis.com/auth/apps.licensing"
"""Who has a licence, read only by us; not needed where the licence policy is off or uses a list."""
