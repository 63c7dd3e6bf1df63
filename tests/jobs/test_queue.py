import pytest

from classbridge.jobs.queue import lane_for


@pytest.mark.parametrize(("advice", "lane"), [(1, 1), (2, 2), (3, 2), (4, 4), (100, 4)])
def test_a_lane_is_never_wider_than_the_advice(advice: int, lane: int) -> None:
    assert lane_for(advice).concurrency == lane


def test_no_lane_is_closed() -> None:
    with pytest.raises(ValueError, match="at least one"):
        lane_for(0)
