"""The lane that jobs wait in: partitioned by SIS connection, of which each runs one job at a time."""

LANE = "sis-1"

POLL_SECONDS = 0.25
"""How often an idle worker looks for new jobs."""

WORKER_JOBS = 64
"""The most jobs that one worker holds, parked ones included."""
