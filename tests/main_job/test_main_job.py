from pathlib import Path

import pytest

from tests.installation import Installation, installation, settings_for


def test_every_grade_sent_is_read_back_equal(installed: Installation) -> None:
    done = installed.main_job()
    assert done.problems == []
    assert done.grades_exported > 100
    assert done.grades_verified == done.grades_exported


@pytest.mark.parametrize("personality", ["infinite-campus", "skyward-sms", "generic@1.1"])
def test_every_sis_gets_its_grades_by_its_own_rules(tmp_path: Path, personality: str) -> None:
    with installation(settings_for(tmp_path), personality) as made:
        done = made.main_job()
        assert done.problems == []
        assert done.grades_verified == done.grades_exported > 100


def test_a_second_export_sends_nothing(installed: Installation) -> None:
    first = installed.up_to("export").grades_exported
    with installed.stage.sis.control() as control:
        before = control.state()
        again = installed.export()
        after = control.state()
    assert (again.sent, again.unchanged) == (0, first)
    assert after["writes"] == before["writes"]
