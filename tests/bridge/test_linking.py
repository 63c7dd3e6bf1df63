"""Which section belongs to which class."""

from classbridge.bridge.linking import Section, may_link, suggest_sections
from classbridge.bridge.outcome import Code
from classbridge.bridge.policy import Actor, CourseFacts, Role
from classbridge.classroom.models import Course
from classbridge.oneroster.models import Class

FACTS = CourseFacts(district_id="d1", owner_email="eva@x.example", teacher_emails=frozenset({"bo@x.example"}))


def actor(email: str, *roles: Role, district: str = "d1") -> Actor:
    return Actor(account_id=email, email=email, district_id=district, roles=frozenset(roles))


def section(
    class_id: str, title: str, teachers: tuple[str, ...] = (), students: int = 0, first: int = 0
) -> Section:
    emails = tuple(f"e{n}@x.example" for n in range(first, first + students))
    return Section(Class(sourced_id=class_id, title=title), teachers, emails)


def test_the_primary_teacher_links_a_section_they_teach() -> None:
    assert may_link(actor("eva@x.example", Role.TEACHER), FACTS, ["EVA@x.example"]).allowed


def test_the_primary_teacher_does_not_link_a_section_of_someone_else() -> None:
    decision = may_link(actor("eva@x.example", Role.TEACHER), FACTS, ["bo@x.example"])
    assert (decision.allowed, decision.code) == (False, Code.TEACHER_NOT_IN_CLASS)


def test_a_co_teacher_does_not_link() -> None:
    decision = may_link(actor("bo@x.example", Role.TEACHER), FACTS, ["bo@x.example"])
    assert (decision.allowed, decision.code) == (False, Code.PRIMARY_TEACHER_ONLY)


def test_an_admin_links_any_section_of_the_district_and_of_no_other() -> None:
    assert may_link(actor("it@x.example", Role.ADMIN), FACTS, []).allowed
    assert not may_link(actor("it@x.example", Role.ADMIN, district="d2"), FACTS, []).allowed


def test_the_section_with_the_same_students_is_suggested_first() -> None:
    course = Course(id="c1", name="Biology 7B")
    students = [f"e{n}@x.example" for n in range(20)]
    sections = [
        section("s-name", "Biology 7B"),
        section("s-some", "Math 7B", ("eva@x.example",), students=20, first=15),
        section("s-same", "BI7", ("eva@x.example",), students=20),
        section("s-none", "Chemistry"),
    ]
    found = suggest_sections(course, ["eva@x.example"], students, sections)
    assert [s.class_sourced_id for s in found] == ["s-same", "s-some", "s-name"]
    assert (found[0].overlap, found[0].teaches, found[0].clear) == (20, True, True)
    assert [s.clear for s in found[1:]] == [False, False]
    assert suggest_sections(course, ["eva@x.example"], students, sections[::-1]) == found


def test_two_sections_in_one_class_are_both_clear() -> None:
    students = [f"e{n}@x.example" for n in range(20)]
    sections = [
        section("s1", "Bio A", ("eva@x.example",), students=10),
        section("s2", "Bio B", ("eva@x.example",), students=10, first=10),
    ]
    found = suggest_sections(Course(id="c1", name="Biology"), ["eva@x.example"], students, sections)
    assert [s.clear for s in found] == [True, True]


def test_an_empty_class_is_suggested_by_teacher_and_name() -> None:
    sections = [section("s1", "Biology 7B", ("eva@x.example",), 9), section("s2", "Biology 7B", (), 9)]
    found = suggest_sections(Course(id="c1", name="Biology", section="7B"), ["eva@x.example"], [], sections)
    assert [(s.class_sourced_id, s.clear) for s in found] == [("s1", True), ("s2", False)]
