from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.log import log
from app.resources.base import Resource


class Postgres(Resource):
    def __init__(self, url: str) -> None:
        self.engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=10,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10},
        )
        self.session: async_sessionmaker[AsyncSession] = async_sessionmaker(self.engine, expire_on_commit=False)

    async def ping(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def prepare(self) -> None:
        async with self.engine.connect() as connection:
            await connection.run_sync(_migrate)
            await connection.commit()

    def refused(self, error: Exception) -> bool:
        # psycopg has no code for a connection that failed: the words are the server's.
        words = ("authentication failed", "does not exist", "permission denied", "no pg_hba.conf entry")
        return isinstance(error, OperationalError) and any(word in str(error) for word in words)

    async def close(self) -> None:
        await self.engine.dispose()


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "app:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    log.info("migrated")
