"""What Alembic runs: one connection, handed over by `cases.record.schema`."""

from alembic import context

from cases.record.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
