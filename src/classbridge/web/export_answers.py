"""The answers in the form of an export's preview, as the use case takes them."""

from classbridge.bridge.decision import DriftPolicy
from classbridge.service.export_answers import Differing, ExportAnswers, Place, Use
from classbridge.web.forms import Form


def answers_of(form: Form) -> ExportAnswers:
    """Read the answers, each sent as what is chosen and what it is about: "keep|course work|user"."""
    return ExportAnswers(
        use=tuple(
            Use(course_work_id=work, class_id=section, line_item=item)
            for work, section, item in _parts(form, "use", 3)
        ),
        recreate=tuple(
            Place(course_work_id=work, class_id=section) for work, section in _parts(form, "recreate", 2)
        ),
        differing=tuple(
            Differing(course_work_id=work, user_id=user, answer=DriftPolicy(answer))
            for answer, work, user in _parts(form, "grade", 3)
            if answer in list(DriftPolicy)
        ),
        take_back=_results(form, "take_back"),
        leave=_results(form, "leave"),
        ask=_results(form, "ask"),
    )


def _parts(form: Form, prefix: str, count: int) -> list[list[str]]:
    """What the fields with this name, or with it and a colon before what they are about, say in so many parts."""
    found = (value.split("|", count - 1) for value in form.all_of(prefix))
    return [parts for parts in found if len(parts) == count]


def _results(form: Form, answer: str) -> tuple[str, ...]:
    return tuple(result for said, result in _parts(form, "in_sis", 2) if said == answer)
