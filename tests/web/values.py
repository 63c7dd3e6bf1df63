"""Made-up answers of the use cases, rich enough that every part of a page shows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from classbridge.bridge.choices import WorkChoice
from classbridge.service import views
from classbridge.service.views import Chip, Said
from classbridge.service.work_settings import Session, WorkSetting

NOW = datetime.now(UTC)
EARLIER = NOW - timedelta(hours=3)
LAST_WEEK = NOW - timedelta(days=7)


def said(code: str, words: str | None = None, **params: str) -> Said:
    return Said(code=code, params=params, sis_words=words)


CHOICE = views.SisChoice(
    vendor="skyward-qmlativ",
    name="Skyward Qmlativ",
    versions=("1.1",),
    recommended_version="1.1",
    who="Districts with Skyward Qmlativ and the OneRoster API licence. Without it, ask Skyward's support.",
    base_url_example="https://demo.skyward.com/demoAPI/ims/oneroster/v1p1",
    key_label="Integration Access key",
    guide=(
        views.GuideStep(
            text="Open Administrative Access, API, Vendor and find Google in the list.",
            if_not_found=("Add One Roster Vendor, enter Google, Save.",),
        ),
        views.GuideStep(
            text="Open One Roster Configuration and tick Allow Grade Pass Back.",
            tips=("If a Default Category for Grade Pass Back is set up, it can be chosen here.",),
        ),
        views.GuideStep(text="Generate Secret, then Copy the Integration Access key and secret."),
    ),
    unverified=("The longest title that the gradebook takes.",),
)
CHOICES = (
    CHOICE,
    views.SisChoice(
        vendor="infinite-campus",
        name="Infinite Campus",
        versions=("1.1", "1.2"),
        recommended_version="1.2",
        who="Districts with a Campus Learning licence.",
        notice="Exporting grades needs a vendor key from Infinite Campus besides your own; rosters work without.",
        extra_header="X-Vendor-Authorization",
    ),
    views.SisChoice(
        vendor="powerschool",
        name="PowerSchool SIS",
        versions=("1.1",),
        recommended_version="1.1",
        who="A Universal Rostering Connector with read or write enabled. Version 24.5.1.0 or later.",
        base_url_fixed="https://sis.powerschool.com/api/ims/oneroster/v1p1",
    ),
)

WORKING = (
    views.ProofLine(name="token", state="passed", said=said("PROVED")),
    views.ProofLine(name="rostering", state="passed", said=said("PROVED")),
    views.ProofLine(name="gradebook", state="passed", said=said("PROVED")),
    views.ProofLine(name="write", state="unknown", said=said("NOT_TRIED")),
)
BROKEN = (
    views.ProofLine(name="token", state="passed", said=said("PROVED")),
    views.ProofLine(
        name="rostering", state="failed", said=said("SIS_READ_NOT_LICENSED", "403 Forbidden: no LMS API licence")
    ),
    views.ProofLine(name="gradebook", state="waiting"),
    views.ProofLine(name="write", state="waiting"),
)


def connection(**changes: object) -> views.ConnectionView:
    usual: dict[str, object] = {
        "id": "c1",
        "vendor": "skyward-qmlativ",
        "name": "Skyward Qmlativ",
        "version": "1.1",
        "state": "connected",
        "chip": Chip.DONE,
        "base_url": "https://demo.skyward.com/demoAPI/ims/oneroster/v1p1",
        "token_url": "https://demo.skyward.com/demoAPI/token",
        "key_kept": True,
        "keys": (
            views.KeyLine(
                id="k2",
                state="later",
                effective_on=date(2026, 12, 1),
                expires_on=date(2027, 1, 4),
                added_at=EARLIER,
            ),
            views.KeyLine(
                id="k1", state="used", effective_on=None, expires_on=date(2026, 12, 3), added_at=LAST_WEEK
            ),
        ),
        "key_expires_on": date(2027, 1, 4),
        "key_habits": views.KeyHabits(
            lifetime_days=365, made_today_ends_on=date(2027, 11, 23), overlap=True, new_secret_ends_old=True
        ),
        "support_consent": True,
        "proof": WORKING,
        "proof_run_id": None,
        "proved_at": EARLIER,
        "connected_at": LAST_WEEK,
        "data": tuple(
            views.DataKind(kind=kind, confirmed=kind != "grade_categories", confirmed_at=LAST_WEEK)
            for kind in ("students", "teachers", "grading_periods", "grade_categories", "grades")
        ),
        "linked_classes": 312,
        "running": 2,
        "choice": CHOICE,
    }
    return views.ConnectionView(**(usual | changes))  # type: ignore[arg-type]


CONNECTED = connection()
DRAFT = connection(
    id="c2", state="draft", chip=Chip.NEEDS_ATTENTION, proof=BROKEN, proof_run_id="r-proof", connected_at=None,
    data=tuple(views.DataKind(kind=kind.kind, confirmed=False) for kind in CONNECTED.data),
)  # fmt: skip
GONE = connection(
    id="c3", state="disconnected", chip=Chip.DISCONNECTED, key_kept=False, keys=(), key_expires_on=None
)

HOME = views.AdminHome(
    district="Ängsbackens skolor",
    classroom_side="google",
    classroom_admin="it@angsbacken.example",
    connections=(CONNECTED, DRAFT, GONE),
    linked_classes=312,
)


def sis_class(number: int, **changes: object) -> views.SisClass:
    usual: dict[str, object] = {
        "connection_id": "c1",
        "class_id": f"k{number}",
        "title": f"Matematik {number}B",
        "class_code": f"MA{number}B",
        "school": "Ängsbackens gymnasium",
        "term": "HT 2026",
        "students": 24 + number,
    }
    return views.SisClass(**(usual | changes))  # type: ignore[arg-type]


def row(number: int, chip: Chip, **changes: object) -> views.ClassRow:
    usual: dict[str, object] = {
        "course_id": f"{1000 + number}",
        "name": f"Matematik {number}B",
        "section": "NA24",
        "chip": chip,
        "sis_classes": (sis_class(number),),
        "suggestions": (),
        "to_export": 0,
        "problems": 0,
        "last_export_at": EARLIER,
        "last_export_run_id": "r-export",
        "running_run_id": None,
        "may_link": True,
        "may_export": True,
    }
    return views.ClassRow(**(usual | changes))  # type: ignore[arg-type]


CLASS_LIST = views.ClassList(
    rows=(
        row(1, Chip.CHANGES_WAITING, to_export=28, name="Matematik 1B"),
        row(2, Chip.NEEDS_ATTENTION, problems=3, name="Biologi 2", last_export_at=LAST_WEEK),
        row(3, Chip.NOT_LINKED, sis_classes=(), suggestions=(sis_class(3),), last_export_at=None, name="Kemi 1"),
        row(4, Chip.RUNNING, running_run_id="r-running", name="Fysik 1a med ett mycket långt namn på kursen"),
        row(5, Chip.WAITING_FOR_SIS, sis_classes=(sis_class(5), sis_class(6)), name="Engelska 5"),
        row(6, Chip.LINKED, name="Naturkunskap 1b"),
        row(7, Chip.NOT_LINKED, sis_classes=(), may_link=False, last_export_at=None, name="Idrott och hälsa"),
        row(8, Chip.DONE, name="Religion 1"),
        row(9, Chip.HELD, name="Historia 1b"),
    ),
    unlinked_sis_classes=(sis_class(8, title="Teknik 1"),),
    as_of=EARLIER,
    refreshing=False,
    sis_name="Skyward Qmlativ",
    total=9,
)
NO_SIS = views.ClassList(
    rows=(),
    unlinked_sis_classes=(),
    as_of=None,
    refreshing=False,
    sis_name=None,
    blocked=said("NOT_CONNECTED"),
)


def link_page(of: views.ClassRow) -> views.LinkPage:
    choices = (sis_class(3, suggested=True, overlap=22), sis_class(4), sis_class(5, term=None))
    return views.LinkPage(
        row=of, choices=choices, lost=(), primary_teacher="Eva Lindqvist", refused=None, blocked=None
    )


def person(name: str, code: str, role: str = "student") -> views.Person:
    email = f"{name.split()[0].lower()}@angsbacken.example"
    return views.Person(name=name, email=email, role=role, said=said(code))


OFFERED = tuple(
    views.OfferedKind(
        kind=kind, closed=Said(code="DATA_EXCHANGE_OFF", params={"kind": kind}) if "grad" in kind else None
    )
    for kind in ("students", "teachers", "grading_periods", "grade_categories")
)

IMPORT_PREVIEW = views.ImportPreview(
    run_id="r-preview-import",
    course_id="1003",
    kinds=("students", "teachers"),
    add=tuple(person(f"{name} Öberg", "PERSON_ADDED") for name in ("Åsa", "Örjan", "Núria", "Ed")),
    invite=(person("Siân O'Neill", "PERSON_INVITED", "teacher"),),
    present=(person("Maja Lind", "PERSON_PRESENT"),),
    unable=(person("Kim Ek", "PERSON_NO_ACCOUNT"), person("Bo Berg", "PERSON_AMBIGUOUS")),
    remove=(),
    held=(person("Ida Ek", "PERSON_PRESENT"),),
    notes=(said("CATEGORIES_MAPPED_ONLY"),),
    periods=(views.Period(title="Hösttermin", first_day=NOW.date(), last_day=NOW.date()),),
)


def roster_line(name: str, code: str, **more: str) -> views.RosterLine:
    return views.RosterLine(
        name=name, email=None, role="students", said=said(code), sections=("Teknik 1",), **more
    )


ROSTER = views.RosterPage(
    course_id="1001",
    many=True,
    imported=True,
    classroom_as_of=NOW,
    sis_as_of=EARLIER,
    refreshing=False,
    trouble=said("READ_INCOMPLETE"),
    kinds=("students", "teachers"),
    both=(roster_line("Maja Lind", "PERSON_PRESENT"),),
    sis_only=(
        roster_line("Åsa Öberg", "PERSON_NEW_IN_SIS"),
        roster_line("Bo Berg", "PERSON_REMOVED_BY_TEACHER", again="u9"),
    ),
    classroom_only=(roster_line("Ed Ek", "PERSON_LEFT_SIS"), roster_line("Siân O'Neill", "PERSON_KEPT")),
    to_add=1,
    to_remove=1,
    held=0,
    may_act=True,
)


def run(kind: str, state: str = "done", **changes: object) -> views.RunView:
    usual: dict[str, object] = {
        "id": f"r-{kind}",
        "kind": kind,
        "state": state,
        "chip": Chip.DONE if state == "done" else Chip.RUNNING,
        "course_id": "1001",
        "connection_id": None,
        "total": 30,
        "done": 30 if state == "done" else 12,
        "counts": {"sent": 12},
        "said": None,
        "created_at": EARLIER,
        "started_at": EARLIER,
        "finished_at": NOW if state == "done" else None,
        "may_cancel": state != "done",
    }
    return views.RunView(**(usual | changes))  # type: ignore[arg-type]


RUNNING = run("export", "running", id="r-running")
WAITING = run("export", "waiting", id="r-waiting", chip=Chip.WAITING_FOR_SIS, said=said("SIS_UNREACHABLE"))
FAILED = run(
    "sync", "failed", id="r-failed", chip=Chip.NEEDS_ATTENTION, course_id=None, connection_id="c1",
    said=said("SIS_SERVER_ERROR", "500 Internal Server Error", status="500"), may_cancel=False,
)  # fmt: skip

IMPORT_DETAILS = views.ImportDetails(
    run=run("import"), people=IMPORT_PREVIEW.add + IMPORT_PREVIEW.unable, notes=(), may_act=True
)

TITLES = ("Prov: andragradsekvationer", "Inlämning 3", "Läxförhör 7", "Laboration om rörelse", "Muntligt prov")
NAMES = (
    "Åsa Öberg",
    "Örjan Lind",
    "Núria Ferrer",
    "Siân O'Neill",
    "Ed Ek",
    "Maja Anna-Lisa Björk-Ström",
    "Bo Berg",
)


def _cell(student: int, work: int) -> views.GradeCell:
    kind = (student * 5 + work) % 9
    if kind == 3:
        return views.GradeCell(state="missing", classroom=None, sis=None, differs=False)
    if kind == 4:
        return views.GradeCell(state="returned", classroom=Decimal("17.5"), sis=Decimal(15), differs=True)
    if kind == 6:
        return views.GradeCell(state="graded", classroom=Decimal(12), sis=None, differs=False)
    if kind == 8:
        return views.GradeCell(state="not_assigned", classroom=None, sis=None, differs=False)
    value = Decimal(10 + kind)
    return views.GradeCell(state="returned", classroom=value, sis=value, differs=False, verified_at=EARLIER)


GRADES = views.GradesPage(
    course_id="1001",
    name="Matematik 1B",
    section="NA24",
    chip=Chip.CHANGES_WAITING,
    assignments=tuple(
        views.AssignmentHead(
            course_work_id=f"w{number}",
            title=title,
            max_points=Decimal(20) if number else None,
            due_on=date(2026, 11, 3 + number),
            link="https://classroom.example/w" if number else None,
            returned=5,
            not_returned=number % 3,
            to_export=number * 3 % 7,
            last_export_at=EARLIER,
        )
        for number, title in enumerate(TITLES)
    ),
    students=tuple(
        views.StudentRow(
            user_id=f"u{number}",
            name=name,
            section="MA1B-1",
            cells=tuple(_cell(number, work) for work in range(len(TITLES))),
        )
        for number, name in enumerate(NAMES * 3)
    ),
    classroom_as_of=EARLIER,
    sis_as_of=LAST_WEEK,
    refreshing=False,
    sis_name="Skyward Qmlativ",
    last_export_at=EARLIER,
    last_export_run_id="r-export",
    running_run_id=None,
    to_export=28,
    differing=1,
    differing_in=("w1",),
    may_act=True,
)


def line(name: str, decision: str, code: str | None = None, **params: str) -> views.ExportLine:
    return views.ExportLine(
        user_id=name,
        name=name,
        decision=decision,
        classroom=Decimal("17.5"),
        sis=Decimal(15) if decision in {"drifted", "changed"} else None,
        said=said(code, **params) if code else None,
        may_answer=decision in {"drifted", "kept"},
    )


def in_sis(
    number: int, name: str, code: str | None = None, *, left: bool = False, **params: str
) -> views.SisGrade:
    return views.SisGrade(
        result_id=f"g{number}",
        name=name,
        title=TITLES[number],
        class_title="Matematik 1B",
        value="15",
        said=said(code, **params) if code else None,
        left=left,
    )


CANDIDATES = tuple(
    views.Candidate(
        sourced_id=f"li{number}",
        title=TITLES[1],
        due_on=date(2026, 11, 4),
        max_points=Decimal(20),
        grades=tuple(views.NamedGrade(name=name, value="15") for name in NAMES[:number]),
    )
    for number in range(2)
)


def assignment(number: int, lines: tuple[views.ExportLine, ...], **changes: object) -> views.ExportAssignment:
    usual: dict[str, object] = {
        "course_work_id": f"w{number}",
        "class_id": "k1",
        "class_title": "Matematik 1B",
        "title": TITLES[number],
        "line_item": "create",
        "blocked": False,
        "notices": (),
        "lines": lines,
    }
    return views.ExportAssignment(**(usual | changes))  # type: ignore[arg-type]


WORK_SETTINGS = tuple(
    WorkSetting(
        course_work_id=f"w{number}",
        title=title,
        due_on=date(2026, 11, 20),
        link=f"https://classroom.example/w{number}",
        chosen=WorkChoice(title="Prov 3") if number == 1 else WorkChoice(),
        title_max=30,
        categories=("Läxor", "Prov"),
        periods=(
            Session(sourced_id="p1", title="Period 1", first=date(2026, 8, 17), last=date(2026, 10, 30)),
            Session(sourced_id="p2", title="Period 2", first=date(2026, 11, 2), last=date(2026, 12, 18)),
        ),
        terms=(Session(sourced_id="t1", title="HT 2026", first=date(2026, 8, 17), last=date(2026, 12, 18)),),
    )
    for number, title in enumerate(TITLES)
)

EXPORT_PREVIEW = views.ExportPreview(
    run_id="r-preview-export",
    course_id="1001",
    assignments=(
        assignment(
            0,
            (
                line("Åsa Öberg", "new"),
                line("Örjan Lind", "changed"),
                line("Núria Ferrer", "unchanged", "SKIPPED_UNCHANGED"),
                line("Ed Ek", "drifted", "DRIFTED_HELD", classroom="17.5", sis="15"),
                line("Bo Berg", "skipped", "STUDENT_NOT_IN_SIS"),
                line("Ida Ask", "kept", "DRIFTED_KEPT", classroom="17.5", sis="15"),
            ),
            notices=(said("TITLE_TOO_LONG", title=TITLES[0], title_max="30"),),
        ),
        assignment(
            1, (line("Åsa Öberg", "new"),), line_item="adopt",
            notices=(said("ADOPTED", title=TITLES[1]),), candidates=CANDIDATES[1:],
        ),
        assignment(
            1, (line("Åsa Öberg", "held", "ADOPTION_AMBIGUOUS", title=TITLES[1], count="2"),), class_id="k2",
            line_item="ambiguous", blocked=True, candidates=CANDIDATES,
            notices=(said("ADOPTION_AMBIGUOUS", title=TITLES[1], count="2"),),
        ),
        assignment(
            0, (line("Åsa Öberg", "held", "LINE_ITEM_GONE", title=TITLES[0]),), class_id="k3",
            line_item="held", blocked=True, gone=True, notices=(said("LINE_ITEM_GONE", title=TITLES[0]),),
        ),
        assignment(2, (), blocked=True, line_item="held", notices=(said("DUE_DATE_MISSING"),)),
    ),
    counts={"new": 27, "changed": 1, "unchanged": 40, "drifted": 1, "kept": 1, "skipped": 2, "held": 2},
    to_send=28,
    not_returned=4,
    notes=(),
    withdrawals=2,
    take_back=(in_sis(0, "Åsa Öberg"), in_sis(1, "Bo Berg")),
    staying=(
        in_sis(0, "Ed Ek", "WITHDRAWAL_CHANGED_IN_SIS", sent="14", sis="15"),
        in_sis(1, "Ida Ask", "LEFT_AS_CHOSEN", left=True),
    ),
    moved=(in_sis(0, "Örjan Lind"), in_sis(1, "Núria Ferrer", "LEFTOVER_IN_SIS")),
    sections=(
        views.SectionQuestion(
            user_id="u9", name="Bo Berg", sections=(("k1", "Matematik 1B"), ("k2", "Matematik 1B, grupp 2"))
        ),
    ),
)  # fmt: skip

EXPORT_DETAILS = views.ExportDetails(
    may_act=True,
    run=run("export", chip=Chip.NEEDS_ATTENTION),
    assignments=(
        assignment(
            0,
            (
                line("Åsa Öberg", "sent", "VERIFIED"),
                views.ExportLine(
                    user_id="u9", name="Bo Berg", decision="failed", classroom=Decimal(14),
                    said=said("SCORE_REJECTED", "422: score is outside the grading scale"),
                ),
                line("Ed Ek", "skipped", "STUDENT_NOT_IN_SECTION"),
            ),
            needs=1,
        ),
        assignment(1, (line("Åsa Öberg", "sent", "VERIFIED"),)),
    ),
    sent=27,
    unchanged=12,
    verified=27,
    to_verify=27,
    failed=3,
    skipped=1,
    needs=3,
)  # fmt: skip
