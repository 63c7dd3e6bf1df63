"""The words for people: matches, roles, what is kept of them, why they see a class, licences."""

from classbridge.web.words.look import N_, Look

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

ROLES = {
    "admin": N_("Admin"),
    "auditor": N_("Auditor"),
    "teacher": N_("Teacher"),
    "student": N_("Student"),
    "students": N_("Student"),
    "teachers": N_("Teacher"),
    "operator": N_("Operator"),
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
