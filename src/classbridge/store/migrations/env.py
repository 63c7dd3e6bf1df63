"""Alembic's entry: the connection comes from `migrations.migrate`, never from a file."""

from alembic import context

from classbridge.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
