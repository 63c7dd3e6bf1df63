"""What the use cases answer with: values for pages, REST and the command line, without finished text.

A `Said` is an outcome code with parameters; `classbridge.text.outcomes` turns it into words in the reader's
language. States are the words of the pages' chips.
"""

from classbridge.service.views.admin import (
    AdminHome,
    ConnectionView,
    Contact,
    DataKind,
    GuideStep,
    KeyHabits,
    KeyLine,
    KeyState,
    ProofLine,
    SisChoice,
)
from classbridge.service.views.classes import (
    ClassList,
    ClassRow,
    ImportDetails,
    ImportPreview,
    LinkPage,
    OfferedKind,
    Period,
    Person,
    RosterLine,
    RosterPage,
    SisClass,
)
from classbridge.service.views.grades import (
    AssignmentHead,
    Candidate,
    ExportAssignment,
    ExportDetails,
    ExportLine,
    ExportPreview,
    GradeCell,
    GradesPage,
    NamedGrade,
    SectionQuestion,
    SisGrade,
    StudentRow,
)
from classbridge.service.views.runs import (
    RunView,
)
from classbridge.service.views.said import (
    Chip,
    Said,
)
from classbridge.service.views.undo import (
    HeldGrade,
    HeldWithdrawals,
    UndoDetails,
    UndoneAssignment,
    UndoneGrade,
    UndoPreview,
)

__all__ = [
    "AdminHome",
    "AssignmentHead",
    "Candidate",
    "Chip",
    "ClassList",
    "ClassRow",
    "ConnectionView",
    "Contact",
    "DataKind",
    "ExportAssignment",
    "ExportDetails",
    "ExportLine",
    "ExportPreview",
    "GradeCell",
    "GradesPage",
    "GuideStep",
    "HeldGrade",
    "HeldWithdrawals",
    "ImportDetails",
    "ImportPreview",
    "KeyHabits",
    "KeyLine",
    "KeyState",
    "LinkPage",
    "NamedGrade",
    "OfferedKind",
    "Period",
    "Person",
    "ProofLine",
    "RosterLine",
    "RosterPage",
    "RunView",
    "Said",
    "SectionQuestion",
    "SisChoice",
    "SisClass",
    "SisGrade",
    "StudentRow",
    "UndoDetails",
    "UndoPreview",
    "UndoneAssignment",
    "UndoneGrade",
]
