"""The assignments that teachers of the district set, with titles and grades of every awkward kind."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from classbridge.sandbox.district.names import course_id

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LONG = (
    "A very long title of the kind that teachers paste from their plans, with the unit, the lesson, the goals, "
    "the page numbers and the reminder that it counts"
)
_EVENING = time(23, 59)


class Outline(Struct, frozen=True, kw_only=True):
    """What a teacher had in mind: `day` counts from the window's first (0) to its last (1) day."""

    title: str
    points: int
    day: float | None
    at: time | None = _EVENING
    """Local time that it is due; None: a due date without a time."""
    state: str = "PUBLISHED"
    category: str = "Homework"
    graded: bool = True
    few: bool = False
    """Assigned to a few students only."""
    outside: bool = False
    """Due after the term's end."""
    decimals: bool = False
    odd: bool = False
    """A zero and a score above the maximum among the grades."""


class Submission(Struct, kw_only=True):
    """One student's submission; `draft` and `assigned` are points."""

    id: str
    user_id: str
    state: str = "NEW"
    late: bool = False
    draft: Decimal | None = None
    assigned: Decimal | None = None


class Work(Struct, kw_only=True):
    """Course work; its due date and time are UTC, as Classroom keeps them."""

    id: str
    title: str
    state: str
    max_points: int
    due_date: date | None
    due_time: time | None
    created: datetime
    category: str
    assignees: tuple[str, ...] | None = None
    submissions: list[Submission] = field(default_factory=list)


DEMO = (
    Outline(title="Cell division essay", points=100, day=0.0),
    Outline(title="Photosynthesis lab report", points=50, day=0.2, decimals=True),
    Outline(title="Quiz: mitosis & meiosis", points=20, day=0.4, category="Tests", odd=True),
    Outline(title=f"Ecosystems project. {_LONG}", points=40, day=0.6, category="Projects"),
    Outline(title="Fältdagbok: växter på våren", points=25, day=0.8),
    Outline(title="Read chapter 4", points=0, day=0.8, graded=False),
    Outline(title="Term test", points=100, day=1.0, state="DRAFT", category="Tests", graded=False),
    Outline(title="Genetics poster", points=30, day=1.0, category="Projects", graded=False),
)
DEMO_SECOND = (
    Outline(title="Cell division essay", points=100, day=0.1),
    Outline(title="Microscope practice", points=10, day=0.5),
    Outline(title="Food webs quiz", points=20, day=0.9, category="Tests", decimals=True),
)
USUAL = (
    Outline(title="Essay: Año nuevo — ¿qué cambió?", points=100, day=0.0),
    Outline(title=f"{_LONG} (part one)", points=50, day=0.1, decimals=True),
    Outline(title=f"{_LONG} (part two)", points=50, day=0.1, odd=True),
    Outline(title="Emoji 🧪🔬 & <b>tags</b> 'apostrophes' / slashes", points=12, day=0.3, category="Tests"),
    Outline(title="שלום مرحبا 你好 e\u0301te\u0301", points=15, day=0.4),
    Outline(title="No due date", points=20, day=None),
    Outline(title="Due date without a time", points=20, day=0.5, at=None),
    Outline(title="Due after the term", points=20, day=1.0, outside=True),
    Outline(title="Just after midnight", points=20, day=0.6, at=time(0, 0)),
    Outline(title="For a few students", points=20, day=0.7, few=True, category="Participation"),
    Outline(title="Ungraded reading", points=0, day=0.7, graded=False),
    Outline(title="Kept as a draft", points=20, day=0.8, state="DRAFT", graded=False),
    Outline(title="Deleted by the teacher", points=20, day=0.8, state="DELETED", graded=False),
    Outline(title="Not graded yet", points=1000, day=1.0, graded=False),
    Outline(title=" ".join([_LONG] * 12), points=7, day=0.9),
)


class Desk(Struct, frozen=True, kw_only=True):
    """Where a teacher sets work: the dates it may be due on and the zone they are meant in."""

    seed: int
    today: date
    first: date
    last: date
    term_end: date
    zone: ZoneInfo


def code(seed: int, number: int) -> str:
    """Eleven characters that no other assignment of the district's has, such as `A7K2-000012`."""
    lap, rest = divmod(number, 1_000_000)
    value = (Random(f"{seed}/codes").randrange(32**4) + lap) % 32**4  # noqa: S311 a label, not a secret
    letters = "".join(_ALPHABET[value // 32**place % 32] for place in range(4))
    return f"{letters}-{rest:06d}"


def set_work(desk: Desk, outlines: Sequence[Outline], students: Sequence[str], number: int) -> list[Work]:
    """The outlined work of one course, with a submission per student; `number` is its first code's."""
    return [_work(desk, outline, students, number + n) for n, outline in enumerate(outlines)]


def _work(desk: Desk, outline: Outline, students: Sequence[str], number: int) -> Work:
    rng = Random(f"{desk.seed}/work/{number}")  # noqa: S311 made-up grades
    due_date, due_time = _due(desk, outline)
    assignees = tuple(students[:3]) if outline.few else None
    work = Work(
        id=course_id(desk.seed, f"work/{number}"),
        title=f"{code(desk.seed, number)} {outline.title}",
        state=outline.state,
        max_points=outline.points,
        due_date=due_date,
        due_time=due_time,
        created=datetime.combine(desk.first, time(8, 0), UTC) + timedelta(seconds=number % 3600),
        category=outline.category,
        assignees=assignees,
    )
    if outline.state == "PUBLISHED":
        work.submissions = [
            _submission(desk, outline, user_id, f"{work.id}/{n}", n, rng)
            for n, user_id in enumerate(students if assignees is None else assignees)
        ]
    return work


def _due(desk: Desk, outline: Outline) -> tuple[date | None, time | None]:
    if outline.day is None:
        return None, None
    day = desk.first + round((desk.last - desk.first).days * outline.day) * timedelta(days=1)
    if outline.outside:
        day = desk.term_end + timedelta(days=10)
    if outline.at is None:
        return day, None
    moment = datetime.combine(day, outline.at, desk.zone).astimezone(UTC)
    return moment.date(), moment.time()


def _submission(desk: Desk, outline: Outline, user_id: str, key: str, n: int, rng: Random) -> Submission:
    submission = Submission(id=f"Cg4I{course_id(desk.seed, key)}EJ", user_id=user_id)
    dice = rng.random()
    score = _score(outline, n, rng)
    if not outline.graded:
        submission.state = "TURNED_IN" if dice < 0.3 else "CREATED" if dice < 0.6 else "NEW"
    elif n < 2 or dice < 0.86:
        submission.state = "RETURNED"
        submission.draft = submission.assigned = score
    elif dice < 0.91:
        submission.state, submission.draft = "TURNED_IN", score
    elif dice < 0.94:
        submission.state, submission.draft, submission.assigned = "RECLAIMED_BY_STUDENT", None, score
    elif dice < 0.97:
        submission.state, submission.late = "CREATED", True
    else:
        submission.late = True
    return submission


def _score(outline: Outline, n: int, rng: Random) -> Decimal:
    if outline.odd and n < 2:
        return Decimal(0) if n == 0 else Decimal(outline.points + 2)
    share = 0.5 + rng.random() / 2
    hundredths = round(outline.points * share * 100)
    return Decimal(hundredths).scaleb(-2).normalize() if outline.decimals else Decimal(hundredths // 100)
