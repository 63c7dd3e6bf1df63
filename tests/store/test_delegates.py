from datetime import timedelta

from msgspec.structs import replace

from classbridge.store import delegates
from classbridge.store.database import District
from classbridge.store.delegates import Delegate
from tests.store.conftest import NOW

HOUR = timedelta(hours=1)
SAM = Delegate(
    side="google", course_id="10", account_id="sam", named_by="eva", named_at=NOW, ends_at=NOW + 2 * HOUR
)


def test_a_delegation_holds_until_its_end_and_not_at_it(north: District) -> None:
    with north.write() as rows:
        delegates.name(rows, SAM)
        assert delegates.of_course(rows, "google", "10", NOW + HOUR) == [SAM]
        assert delegates.course_ids(rows, "google", "sam", NOW + HOUR) == ["10"]
        assert delegates.of_course(rows, "google", "10", SAM.ends_at) == []
        assert delegates.course_ids(rows, "google", "sam", SAM.ends_at) == []
        assert delegates.of_course(rows, "google", "10") == [SAM]


def test_naming_again_sets_another_end_and_revoking_ends_one_only(north: District, south: District) -> None:
    later, bo = replace(SAM, ends_at=NOW + 5 * HOUR), replace(SAM, account_id="bo")
    with north.write() as rows:
        for one in (SAM, bo, later):
            delegates.name(rows, one)
        assert delegates.of_course(rows, "google", "10") == [bo, later]
        assert delegates.revoke(rows, "google", "10", "bo")
        assert not delegates.revoke(rows, "google", "10", "bo")
        assert delegates.of_course(rows, "google", "10") == [later]
    with south.read() as rows:
        assert delegates.of_course(rows, "google", "10") == []
