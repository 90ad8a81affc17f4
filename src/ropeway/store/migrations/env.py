"""Alembic's environment: it works on the connection that `store.schema` hands over, inside its transaction."""

from __future__ import annotations

from typing import Any

from alembic import context

attributes: dict[str, Any] = context.config.attributes
context.configure(connection=attributes["connection"], render_as_batch=True)
context.run_migrations()
