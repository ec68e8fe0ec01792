"""What Alembic runs: for a release on its connection, for `alembic` on one of its own."""

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, create_engine, make_url, text

import app
from app.config import ReleaseConfig, load
from app.database import Base
from app.log import log


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, on_version_apply=tell)
    with context.begin_transaction():
        # Of many releases one migrates; the others find that it is done.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
        context.run_migrations()


def tell(ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:
    log.info("migration", migration=step.up_revision_id)


def import_tables() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.startswith("app.migrations"):
            importlib.import_module(module.name)


connection: Connection | None = context.config.attributes.get("connection")
if connection is not None:
    migrate(connection)
else:
    import_tables()
    url = make_url(load(ReleaseConfig).database_url).set(drivername="postgresql+psycopg")
    with create_engine(url).connect() as own:
        migrate(own)
        own.commit()
