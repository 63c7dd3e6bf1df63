"""What people chose about assignments and categories, on both databases."""

from datetime import date

from classbridge.bridge.choices import NOTHING, WorkChoice
from classbridge.oneroster.models import Category
from classbridge.store import category_maps, gradebooks, rosters, work_settings
from classbridge.store.database import District
from tests.store.conftest import NOW

CHOICE = WorkChoice(title="Essay", category="Tests", due_on=date(2026, 11, 3), period_id="p1")


def test_a_choice_is_kept_changed_and_taken_back(north: District, south: District) -> None:
    with north.write() as rows:
        work_settings.save(rows, "google", "k", "w1", CHOICE, by="anna", at=NOW)
        work_settings.save(rows, "google", "k", "w2", WorkChoice(title="Quiz"), by="anna", at=NOW)
        assert work_settings.of_course(rows, "google", "k") == {"w1": CHOICE, "w2": WorkChoice(title="Quiz")}
        work_settings.save(rows, "google", "k", "w1", WorkChoice(due_on=date(2026, 11, 4)), by="bo", at=NOW)
        assert work_settings.of_course(rows, "google", "k")["w1"] == WorkChoice(due_on=date(2026, 11, 4))
        work_settings.save(rows, "google", "k", "w1", NOTHING, by="bo", at=NOW)
        assert list(work_settings.of_course(rows, "google", "k")) == ["w2"]
        assert work_settings.of_course(rows, "google", "other") == {}
    with south.read() as rows:
        assert work_settings.of_course(rows, "google", "k") == {}


def test_a_mapping_is_replaced_whole_and_the_default_stands_beside_it(north: District) -> None:
    with north.write() as rows:
        category_maps.replace(rows, "google", "k", {" Läxor ": "Homework", "Prov": "Tests", "": "Tests"})
        assert category_maps.of_course(rows, "google", "k") == {"": "Tests", "läxor": "Homework", "prov": "Tests"}
        category_maps.replace(rows, "google", "k", {"Prov": "Exams"})
        assert category_maps.of_course(rows, "google", "k") == {"prov": "Exams"}
        assert category_maps.default(rows, "google", "k") is None
        category_maps.set_default(rows, "google", "k", "Tests", by="anna", at=NOW)
        assert category_maps.default(rows, "google", "k") == "Tests"
        category_maps.set_default(rows, "google", "k", None, by="anna", at=NOW)
        assert category_maps.default(rows, "google", "k") is None
        assert category_maps.default(rows, "google", "other") is None


def test_a_class_lists_its_own_categories_and_those_that_others_have_too(north: District) -> None:
    def read(class_id: str, *titles: str) -> None:
        found = [Category(sourced_id=f"id-{title}", title=title) for title in titles]
        gradebooks.replace_categories(rows, "c", class_id, found, as_of=NOW, seen_in="run")

    def listed(class_id: str) -> list[str]:
        return [one.title for one in rosters.categories(rows, "c", class_id)]

    with north.write() as rows:
        read("s1", "Homework", "Labs")
        read("s2", "Homework", "Tests")
        assert (listed("s1"), listed("s2")) == (["Homework", "Labs"], ["Homework", "Tests"])
        read("s1", "Homework")
        assert (listed("s1"), listed("s2")) == (["Homework"], ["Homework", "Tests"])
        read("s2", "Tests")
        assert listed("s2") == ["Tests"]
        assert gradebooks.categories_read_at(rows, "c", "s1") == NOW
        assert gradebooks.categories_read_at(rows, "c", "s3") is None
