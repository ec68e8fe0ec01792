"""Jobs in a table of PostgreSQL. A worker leases a job; when it dies the lease ends, and another one takes the job."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import Index, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.jobs.job import Delivery, Job, Queue
from app.resources.postgres import Postgres

lease = timedelta(seconds=15)


class JobRow(Base):
    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    queue: Mapped[str]
    name: Mapped[str]
    data: Mapped[JsonValue] = mapped_column(JSONB, nullable=False)
    attempt: Mapped[int] = mapped_column(server_default="0")
    # When it may be taken: again, when its lease has ended.
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # A job stays for a day when it is done, so that its id isn't taken again; when it failed, for two weeks.
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("jobs_due", "queue", "due_at", postgresql_where=text("done_at IS NULL AND failed_at IS NULL")),
    )


past = (JobRow.done_at < func.now() - timedelta(days=1)) | (JobRow.failed_at < func.now() - timedelta(days=14))


class LeasedRow(Delivery):
    def __init__(self, postgres: Postgres, row: JobRow) -> None:
        super().__init__(Job(id=str(row.id), name=row.name, data=row.data), row.attempt)
        self._postgres = postgres
        # A worker whose lease ended has no say any more.
        self._mine = (JobRow.id == row.id) & (JobRow.attempt == row.attempt) & JobRow.done_at.is_(None)

    async def extend(self) -> None:
        await self._set(due_at=func.now() + lease)

    async def done(self) -> None:
        await self._set(done_at=func.now())

    async def retry(self, delay: float) -> None:
        await self._set(due_at=func.now() + timedelta(seconds=delay))

    async def fail(self) -> None:
        await self._set(failed_at=func.now())

    async def _set(self, **values: object) -> None:
        async with self._postgres.engine.begin() as connection:
            await connection.execute(update(JobRow).where(self._mine).values(**values))


class PostgresQueue(Queue):
    def __init__(self, name: str, postgres: Postgres) -> None:
        self._name = name
        self._postgres = postgres
        due = (
            select(JobRow.id)
            .where(JobRow.queue == name, JobRow.done_at.is_(None), JobRow.failed_at.is_(None))
            .where(JobRow.due_at <= func.now())
            .order_by(JobRow.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        self._take = (
            update(JobRow)
            .where(JobRow.id == due)
            .values(attempt=JobRow.attempt + 1, due_at=func.now() + lease)
            .returning(JobRow)
        )

    async def send(self, job: Job) -> None:
        row = {"id": UUID(job.id), "queue": self._name, "name": job.name, "data": job.data}
        async with self._postgres.engine.begin() as connection:
            await connection.execute(insert(JobRow).values(row).on_conflict_do_nothing())

    async def send_once(self, job: Job) -> None:
        await self.send(job)

    async def receive(self) -> Delivery | None:
        async with self._postgres.session() as session, session.begin():
            row = await session.scalar(self._take)
            if row is not None:
                return LeasedRow(self._postgres, row)
            await session.execute(delete(JobRow).where(past))
        await asyncio.sleep(1)
        return None

    async def ping(self) -> None:
        async with self._postgres.engine.connect() as connection:
            await connection.execute(select(JobRow.id).limit(1))


def open_queue(name: str, postgres: Postgres) -> Queue:
    return PostgresQueue(name, postgres)
