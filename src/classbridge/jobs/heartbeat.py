"""Who is alive: every worker writes the time into its row, in the job engine's own database.

It is kept there, beside the jobs it decides about, because a long write to the application's database must
not make a live worker look dead.
"""

import time

import sqlalchemy as sa

from classbridge.jobs.database import schema_of

_metadata = sa.MetaData()

_heartbeat = sa.Table(
    "classbridge_heartbeat",
    _metadata,
    sa.Column("executor_id", sa.String(200), primary_key=True),
    sa.Column("at", sa.Float(53), nullable=False),
)


def create(database: sa.Engine) -> None:
    """Make the table where it is missing."""
    _metadata.create_all(_placed(database))


def beat(database: sa.Engine, executor_id: str) -> None:
    """Record that `executor_id` is alive now."""
    now = time.time()
    with _placed(database).begin() as connection:
        changed = connection.execute(
            sa.update(_heartbeat).where(_heartbeat.c.executor_id == executor_id).values(at=now)
        )
        if changed.rowcount == 0:
            connection.execute(sa.insert(_heartbeat).values(executor_id=executor_id, at=now))


def leave(database: sa.Engine, executor_id: str) -> None:
    """Record that `executor_id` stopped: what it left unfinished may be adopted at once."""
    with _placed(database).begin() as connection:
        connection.execute(sa.delete(_heartbeat).where(_heartbeat.c.executor_id == executor_id))


def alive(database: sa.Engine, within: float) -> set[str]:
    """The executors whose last beat is at most `within` seconds old."""
    with _placed(database).connect() as connection:
        rows = connection.execute(
            sa.select(_heartbeat.c.executor_id).where(_heartbeat.c.at >= time.time() - within)
        )
        return set(rows.scalars())


def _placed(database: sa.Engine) -> sa.Engine:
    return database.execution_options(schema_translate_map={None: schema_of(database)})
