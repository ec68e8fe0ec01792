from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.messages.message import Message
from app.resources.connect import Resources

# The ids by the time of their creation; each message is a hash of its own.
index = "messages"

mark_processed_script = """
if redis.call("HGET", KEYS[1], "status") ~= "received" then return 0 end
redis.call("HSET", KEYS[1], "status", "processed")
return 1
"""


def _key(id: UUID | str) -> str:
    return f"messages:{id}"


def _message(fields: Mapping[Any, Any]) -> Message | None:
    return Message.model_validate(fields) if "text" in fields else None


class MessageStore:
    def __init__(self, resources: Resources) -> None:
        self._client = resources.redis.client

    async def add(self, message: Message) -> None:
        """Adds the message, unless one of its id is there."""
        key = _key(message.id)
        fields = message.model_dump(mode="json", by_alias=False)
        if not await self._client.hsetnx(key, "status", message.status):
            return
        async with self._client.pipeline() as pipeline:
            pipeline.hset(key, items=[part for field in fields.items() for part in field])
            pipeline.zadd(index, {str(message.id): message.created_at.timestamp()})
            await pipeline.execute()

    async def find(self, id: UUID) -> Message | None:
        return _message(await self._client.hgetall(_key(id)))

    async def list(self, limit: int) -> list[Message]:
        """The newest first."""
        ids = await self._client.zrange(index, 0, limit - 1, desc=True)
        async with self._client.pipeline(transaction=False) as pipeline:
            for id in ids:
                pipeline.hgetall(_key(str(id)))
            found = await pipeline.execute()
        return [message for fields in found if (message := _message(fields))]

    async def mark_processed(self, id: UUID) -> bool:
        """True when this call did it: however often a message is processed, it counts once."""
        return bool(await self._client.eval(mark_processed_script, 1, _key(id)))

    async def remove(self, id: UUID) -> None:
        async with self._client.pipeline() as pipeline:
            pipeline.delete(_key(id))
            pipeline.zrem(index, str(id))
            await pipeline.execute()

    async def purge(self, before: datetime) -> int:
        """Removes what was created before, and says how many."""
        ids = await self._client.zrange(index, "-inf", f"({before.timestamp()}", byscore=True)
        for id in ids:
            await self.remove(UUID(str(id)))
        return len(ids)
