from contextlib import suppress

from pydantic import TypeAdapter
from redis.exceptions import RedisError

from app.messages.message import Message
from app.resources.connect import Resources

key = "messages:list"
seconds = 5

messages = TypeAdapter(list[Message])


class MessageCache:
    """The list as it was a moment ago. Without the cache the list comes from the store: slower, and as right."""

    def __init__(self, resources: Resources) -> None:
        self._client = resources.redis.client

    async def read(self) -> list[Message] | None:
        with suppress(RedisError):
            if text := await self._client.get(key):
                return messages.validate_json(text)
        return None

    async def write(self, found: list[Message]) -> None:
        with suppress(RedisError):
            await self._client.set(key, messages.dump_json(found), ex=seconds)

    async def forget(self) -> None:
        with suppress(RedisError):
            await self._client.delete(key)
