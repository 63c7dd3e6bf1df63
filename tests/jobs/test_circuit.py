import pytest

from classbridge.jobs.circuit import Circuit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(failures=3, pause=30.0, clock=clock)


def fail(circuit: Circuit, times: int, key: str = "a") -> None:
    for _ in range(times):
        circuit.failed(key)


def test_it_stays_closed_below_the_limit_and_opens_at_it(circuit: Circuit) -> None:
    fail(circuit, 2)
    assert circuit.allows("a")
    fail(circuit, 1)
    assert not circuit.allows("a")


def test_only_failures_in_a_row_count(circuit: Circuit) -> None:
    fail(circuit, 2)
    circuit.succeeded("a")
    fail(circuit, 2)
    assert circuit.allows("a")


def test_connections_have_circuits_of_their_own(circuit: Circuit) -> None:
    fail(circuit, 3)
    assert circuit.allows("b")


def test_after_the_pause_one_caller_tries(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 30
    assert [circuit.allows("a") for _ in range(3)] == [True, False, False]


def test_a_good_trial_closes_it(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 30
    assert circuit.allows("a")
    circuit.succeeded("a")
    assert all(circuit.allows("a") for _ in range(3))


def test_a_bad_trial_opens_it_for_another_pause(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 30
    assert circuit.allows("a")
    circuit.failed("a")
    clock.now += 29
    assert not circuit.allows("a")
    clock.now += 1
    assert circuit.allows("a")


def test_a_trial_that_never_reports_does_not_block_it_for_ever(circuit: Circuit, clock: Clock) -> None:
    fail(circuit, 3)
    clock.now += 30
    assert circuit.allows("a")
    clock.now += 30
    assert circuit.allows("a")
