"""The words for states that many pages show: chips, runs, checks."""

from classbridge.service.views import Chip
from classbridge.web.words.look import N_, Look

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

RUN_KINDS = {
    "prove-classroom": N_("Test of Classroom"),
    "take-package": N_("Taking a package in"),
    "write-test": N_("Write test"),
    "authorize": N_("Authorize"),
    "check-sis": N_("Check of a SIS"),
    "create-course": N_("New class in Classroom"),
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

RUN_STATES = {
    "queued": N_("Queued"),
    "running": N_("Running"),
    "waiting": N_("Waiting for the SIS to answer"),
    "done": N_("Done"),
    "held": N_("Held"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
}

CHECK_STATES = {
    "passed": Look("good", "circle-check", N_("In order")),
    "notice": Look("warn", "alert-triangle", N_("Worth a look")),
    "failed": Look("bad", "circle-x", N_("In the way")),
    "skipped": Look("idle", "circle", N_("Not looked at yet")),
}
