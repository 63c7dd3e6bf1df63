"""The lanes that jobs wait in: partitioned by SIS connection, so that no SIS is asked by too many at once."""

from msgspec import Struct

POLL_SECONDS = 0.25
"""How often an idle worker looks for new jobs."""

WORKER_JOBS = 64
"""The most jobs of one lane that one worker holds, parked ones included."""


class Lane(Struct, frozen=True):
    """A queue in which each partition (a connection's key) runs at most `concurrency` jobs at a time."""

    name: str
    concurrency: int


LANES = (Lane("sis-1", 1), Lane("sis-2", 2), Lane("sis-4", 4))


def lane_for(concurrency: int) -> Lane:
    """The widest lane that is not wider than the advice of the SIS's profile (jobs at a time, from 1)."""
    if concurrency < 1:
        raise ValueError(f"A connection runs at least one job at a time, not {concurrency}.")
    return max((lane for lane in LANES if lane.concurrency <= concurrency), key=lambda lane: lane.concurrency)
