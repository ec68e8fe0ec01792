from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, delete, desc, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.messages.message import Message, Status
from app.resources.connect import Resources


class MessageRow(Base):
    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str]
    status: Mapped[Status]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("status IN ('received', 'processed')"),
        Index("messages_created_at", desc("created_at")),
    )


class MessageStore:
    def __init__(self, resources: Resources) -> None:
        self._session = resources.postgres.session

    async def add(self, message: Message) -> None:
        """Adds the message, unless one of its id is there."""
        async with self._session.begin() as session:
            await session.execute(insert(MessageRow).values(message.model_dump()).on_conflict_do_nothing())

    async def find(self, id: UUID) -> Message | None:
        async with self._session() as session:
            row = await session.get(MessageRow, id)
        return None if row is None else Message.model_validate(row)

    async def list(self, limit: int) -> list[Message]:
        """The newest first."""
        async with self._session() as session:
            rows = await session.scalars(select(MessageRow).order_by(MessageRow.created_at.desc()).limit(limit))
        return [Message.model_validate(row) for row in rows]

    async def mark_processed(self, id: UUID) -> bool:
        """True when this call did it: however often a message is processed, it counts once."""
        change = (
            update(MessageRow)
            .where(MessageRow.id == id, MessageRow.status == "received")
            .values(status="processed")
            .returning(MessageRow.id)
        )
        async with self._session.begin() as session:
            return await session.scalar(change) is not None

    async def remove(self, id: UUID) -> None:
        async with self._session.begin() as session:
            await session.execute(delete(MessageRow).where(MessageRow.id == id))

    async def purge(self, before: datetime) -> int:
        """Removes what was created before, and says how many."""
        async with self._session.begin() as session:
            old = delete(MessageRow).where(MessageRow.created_at < before)
            return len((await session.scalars(old.returning(MessageRow.id))).all())
