"""The words for a SIS: proofs, data exchange, settings, packages, what it offers and how sure that is."""

from classbridge.web.words.look import N_, Look

PROOFS = {
    "token": N_("Sign-in to the SIS"),
    "rostering": N_("Reading classes and people"),
    "gradebook": N_("Reading the gradebook"),
    "write": N_("Writing grades"),
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

SETTINGS = {
    "client_auth": N_("How key and secret are sent for a token"),
    "scopes": N_("Scopes asked for, with commas between; empty: the standard's"),
    "page_size": N_("Records asked for at a time"),
    "refused_filters": N_("Filters that the SIS refuses, with commas between"),
    "concurrency": N_("Requests at a time in school hours: Monday to Friday, 6:00 to 18:00"),
    "concurrency_off_peak": N_("Requests at a time otherwise"),
    "gradebook.category": N_("Category of an assignment"),
    "gradebook.categories_forbidden": N_("Categories that are never sent, by sourcedId"),
    "gradebook.class_categories": N_("A class's categories can be asked for by themselves"),
    "gradebook.due_date_required": N_("A due date is required"),
    "gradebook.due_date_in_term": N_("The due date must lie in the class's terms"),
    "gradebook.sends_grading_period": N_("An assignment names its grading period"),
    "gradebook.title_max": N_("Longest title, in characters; empty: no limit"),
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
