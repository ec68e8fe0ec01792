import asyncio

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ProbableAuthenticationError

from app.resources.base import Resource

# How long the broker may take for an answer, in seconds.
deadline = 5.0


class Rabbitmq(Resource):
    def __init__(self, url: str) -> None:
        self._url = url
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None

    async def connection(self) -> AbstractConnection:
        """The connection; a new one where it was lost."""
        async with self._opening:
            if self._connection is None or not self._connection.connected.is_set():
                self._channel = None
                self._connection = await aio_pika.connect(self._url, timeout=deadline, heartbeat=15)
            return self._connection

    async def channel(self) -> AbstractChannel:
        """The channel on which the broker confirms what is sent; a new one where it was lost."""
        connection = await self.connection()
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._channel = await connection.channel()
            return self._channel

    async def send(self, queue: str, message: aio_pika.Message) -> None:
        channel = await self.channel()
        await channel.default_exchange.publish(message, queue, timeout=deadline)

    async def tell(self, key: str, id: str, body: str) -> None:
        """Sends an event, to whoever has bound a queue for it."""
        channel = await self.channel()
        exchange = await channel.declare_exchange("events", "topic", durable=True, timeout=deadline)
        message = aio_pika.Message(
            body.encode(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=id,
        )
        await exchange.publish(message, key, mandatory=False, timeout=deadline)

    async def ping(self) -> None:
        # A broker that fell silent stays connected until its heartbeat is missed: ask it something.
        channel = await self.channel()
        await channel.declare_exchange("amq.direct", passive=True, timeout=deadline)

    def refused(self, error: Exception) -> bool:
        return isinstance(error, ProbableAuthenticationError)

    async def close(self) -> None:
        # What is still open, such as an unfinished job, the broker takes back.
        if self._connection is not None:
            await self._connection.close()
