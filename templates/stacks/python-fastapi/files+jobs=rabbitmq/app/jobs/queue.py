"""
Jobs in RabbitMQ: durable, confirmed, and acknowledged when they are done. The broker gives a job back at once when the
connection of its worker ends. It doesn't know ids, so that a job that was sent twice runs twice.
"""

import asyncio
from collections.abc import Mapping

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiormq.exceptions import ChannelLockedResource

from app.jobs.job import Delivery, Job, Queue
from app.jobs.work import concurrency, retries
from app.log import log
from app.resources.rabbitmq import Rabbitmq, deadline


class RabbitmqDelivery(Delivery):
    def __init__(self, queue: RabbitmqQueue, message: AbstractIncomingMessage) -> None:
        super().__init__(Job.model_validate_json(message.body), int(str(message.headers.get("attempt", 1))))
        self._queue = queue
        self._message = message

    async def extend(self) -> None:
        """Nothing to do: the job is this worker's for as long as it is connected."""

    async def done(self) -> None:
        await self._message.ack()

    async def retry(self, delay: float) -> None:
        if delay == 0:
            await self._message.nack(requeue=True)
        else:
            await self._queue.put(self.job, self._queue.retry_names[delay], attempt=self.attempt + 1)
            await self._message.ack()

    async def fail(self) -> None:
        await self._queue.put(self.job, self._queue.failed_name, attempt=self.attempt)
        await self._message.ack()


class RabbitmqQueue(Queue):
    def __init__(self, name: str, rabbitmq: Rabbitmq) -> None:
        self._name = name
        self._rabbitmq = rabbitmq
        self._inbox: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._channel: AbstractChannel | None = None
        self.failed_name = f"{name}.failed"
        # A job waits in a queue of its own that sends it back.
        self.retry_names = {delay: f"{name}.retry.{round(delay * 1000)}" for delay in retries}

    async def put(self, job: Job, queue: str, *, attempt: int) -> None:
        message = aio_pika.Message(
            job.model_dump_json().encode(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            headers={"attempt": attempt},
            message_id=job.id,
        )
        await self._rabbitmq.send(queue, message)

    async def send(self, job: Job) -> None:
        await self.put(job, self._name, attempt=1)

    async def send_once(self, job: Job) -> None:
        if await self._leads():
            await self.send(job)

    async def _leads(self) -> bool:
        """True for one clock at a time: a queue that is exclusive belongs to one connection, and goes away with it."""
        connection = await self._rabbitmq.connection()
        try:
            async with connection.channel() as channel:
                await channel.declare_queue("clock.leader", exclusive=True, timeout=deadline)
        except ChannelLockedResource:
            return False
        return True

    async def receive(self) -> Delivery | None:
        if self._channel is None or self._channel.is_closed:
            await self._consume()
        try:
            async with asyncio.timeout(1):
                return RabbitmqDelivery(self, await self._inbox.get())
        except TimeoutError:
            return None

    async def _consume(self) -> None:
        connection = await self._rabbitmq.connection()
        self._inbox = asyncio.Queue()
        self._channel = await connection.channel()
        await self._channel.set_qos(prefetch_count=concurrency, timeout=deadline)
        queue = await self._channel.get_queue(self._name, ensure=True)
        await queue.consume(self._inbox.put, timeout=deadline)

    async def ping(self) -> None:
        await self._rabbitmq.ping()

    async def prepare(self) -> None:
        # A job that takes its worker down with it does so this often.
        await self._declare(self._name, {"x-delivery-limit": 10, **_dead_letters_to(self.failed_name)})
        await self._declare(self.failed_name, {})
        for delay, name in self.retry_names.items():
            await self._declare(name, {"x-message-ttl": round(delay * 1000), **_dead_letters_to(self._name)})
        log.info("queue ready", queue=self._name)

    async def _declare(self, name: str, arguments: Mapping[str, str | int]) -> None:
        channel = await self._rabbitmq.channel()
        await channel.declare_queue(
            name,
            durable=True,
            arguments={"x-queue-type": "quorum", **arguments},
            timeout=deadline,
        )


def _dead_letters_to(name: str) -> dict[str, str | int]:
    return {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": name}


def open_queue(name: str, rabbitmq: Rabbitmq) -> Queue:
    return RabbitmqQueue(name, rabbitmq)
