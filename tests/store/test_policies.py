from datetime import date, timedelta

from msgspec.structs import replace

from classbridge.bridge.decision import DriftPolicy
from classbridge.bridge.schedule import Hours
from classbridge.store import class_settings, policies
from classbridge.store.class_settings import ClassSetting
from classbridge.store.database import District
from classbridge.store.policies import DistrictPolicy
from classbridge.store.tables import class_setting
from tests.store.conftest import NOW

NIGHT = date(2026, 11, 23)
OURS = DistrictPolicy(
    drift="keep", nightly_at=90, quiet_from=22 * 60, quiet_until=60, changed_by="a", changed_at=NOW
)


def setting(course_id: str, **values: object) -> ClassSetting:
    return ClassSetting(side="google", course_id=course_id, changed_by="a", changed_at=NOW, **values)  # type: ignore[arg-type]


def test_without_a_decision_the_defaults_hold_in_each_district_for_itself(
    north: District, south: District
) -> None:
    with north.write() as rows:
        assert (policies.get(rows), policies.hours(rows)) == (None, Hours(nightly_at=120))
        assert policies.drift(rows) is DriftPolicy.ASK
        policies.save(rows, OURS)
        policies.save(rows, replace(OURS, nightly_at=30))
    with north.read() as rows:
        assert policies.get(rows) == replace(OURS, nightly_at=30)
        assert policies.hours(rows) == Hours(nightly_at=30, quiet_from=1320, quiet_until=60)
    with south.read() as rows:
        assert policies.get(rows) is None


def test_a_class_goes_by_its_own_policy_or_by_the_district_s(north: District) -> None:
    with north.write() as rows:
        assert class_settings.drift_of(rows, "google", "1") is DriftPolicy.ASK
        policies.save(rows, OURS)
        class_settings.save(rows, setting("1", drift="overwrite"))
        class_settings.save(rows, setting("2"))
        found = [class_settings.drift_of(rows, "google", one) for one in ("1", "2", "3")]
    assert found == [DriftPolicy.OVERWRITE, DriftPolicy.KEEP, DriftPolicy.KEEP]


def test_saving_leaves_the_default_category_and_the_nights_as_they_are(north: District) -> None:
    with north.write() as rows:
        class_settings.save(rows, setting("1", nightly_export=True))
        class_settings.take(rows, "google", "1", "export", NIGHT)
        rows.update(class_setting, {"default_category": "Homework"}, class_setting.c.course_id == "1")
        class_settings.save(rows, setting("1", drift="keep"))
        kept = rows.one(rows.select(class_setting, class_setting.c.default_category))[0]
        found = class_settings.get(rows, "google", "1")
    assert (kept, found) == ("Homework", setting("1", drift="keep", export_night=NIGHT))


def test_only_classes_whose_turn_it_is_are_read_those_that_waited_longest_first(
    north: District, south: District
) -> None:
    before = NIGHT - timedelta(days=1)
    with north.write() as rows:
        for made in (
            setting("done", nightly_export=True),
            setting("yesterday", nightly_export=True),
            setting("never", nightly_export=True, nightly_import=True),
            setting("off", nightly_import=True),
        ):
            class_settings.save(rows, made)
        class_settings.take(rows, "google", "done", "export", NIGHT)
        class_settings.take(rows, "google", "yesterday", "export", before)
        assert class_settings.due(rows, "export", NIGHT, 10) == [("google", "never"), ("google", "yesterday")]
        assert class_settings.due(rows, "import", NIGHT, 10) == [("google", "never"), ("google", "off")]
        assert class_settings.due(rows, "export", NIGHT, 1) == [("google", "never")]
        assert set(class_settings.scheduled(rows, "google")) == {"done", "yesterday", "never", "off"}
    with south.read() as rows:
        assert class_settings.due(rows, "export", NIGHT, 10) == []
        assert class_settings.scheduled(rows, "google") == {}


def test_a_night_is_taken_once(north: District) -> None:
    with north.write() as rows:
        class_settings.save(rows, setting("1", nightly_export=True))
        assert class_settings.take(rows, "google", "1", "export", NIGHT)
        assert not class_settings.take(rows, "google", "1", "export", NIGHT)
        assert not class_settings.take(rows, "google", "1", "import", NIGHT)
        assert class_settings.take(rows, "google", "1", "export", NIGHT + timedelta(days=1))
        found = class_settings.get(rows, "google", "1")
    assert found is not None
    assert (found.night("export"), found.night("import")) == (NIGHT + timedelta(days=1), None)
