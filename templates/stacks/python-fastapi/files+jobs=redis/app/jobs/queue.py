"""Jobs in Redis. A worker leases a job; when it dies the lease ends, and another one takes the job."""

import asyncio
import time
from collections.abc import Awaitable

from app.jobs.job import Delivery, Job, Queue
from app.resources.redis import Redis

lease = 15.0

# A job that was sent counts as sent for so many seconds, so that its id isn't taken again.
remembered = 24 * 60 * 60

# KEYS: the ids by when they are due, the jobs by their ids, how often each was tried.
send_script = """
if not redis.call("SET", KEYS[1] .. ":sent:" .. ARGV[1], "", "NX", "EX", ARGV[4]) then return 0 end
redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])
redis.call("ZADD", KEYS[1], ARGV[3], ARGV[1])
return 1
"""
take_script = """
local id = redis.call("ZRANGE", KEYS[1], "-inf", ARGV[1], "BYSCORE", "LIMIT", 0, 1)[1]
if not id then return nil end
redis.call("ZADD", KEYS[1], ARGV[2], id)
return {redis.call("HGET", KEYS[2], id), redis.call("HINCRBY", KEYS[3], id, 1)}
"""
# Each of these is for a worker that has the job still: after its lease another one may.
move_script = """
if redis.call("HGET", KEYS[3], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call("ZADD", KEYS[1], "XX", ARGV[3], ARGV[1])
"""
settle_script = """
if redis.call("HGET", KEYS[3], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call("ZREM", KEYS[1], ARGV[1])
redis.call("HDEL", KEYS[3], ARGV[1])
if ARGV[3] == "failed" then redis.call("LPUSH", KEYS[1] .. ":failed", redis.call("HGET", KEYS[2], ARGV[1])) end
return redis.call("HDEL", KEYS[2], ARGV[1])
"""


class LeasedJob(Delivery):
    def __init__(self, queue: RedisQueue, job: Job, attempt: int) -> None:
        super().__init__(job, attempt)
        self._queue = queue

    async def extend(self) -> None:
        await self._queue.run(move_script, self.job.id, self.attempt, time.time() + lease)

    async def done(self) -> None:
        await self._queue.run(settle_script, self.job.id, self.attempt, "done")

    async def retry(self, delay: float) -> None:
        await self._queue.run(move_script, self.job.id, self.attempt, time.time() + delay)

    async def fail(self) -> None:
        await self._queue.run(settle_script, self.job.id, self.attempt, "failed")


class RedisQueue(Queue):
    def __init__(self, name: str, redis: Redis) -> None:
        self._redis = redis
        self._keys = (f"queue:{name}", f"queue:{name}:jobs", f"queue:{name}:attempts")

    async def run(self, script: str, *args: str | float) -> object:
        answer: Awaitable[object] = self._redis.client.eval(script, len(self._keys), *self._keys, *args)
        return await answer

    async def send(self, job: Job) -> None:
        await self.run(send_script, job.id, job.model_dump_json(), time.time(), remembered)

    async def send_once(self, job: Job) -> None:
        await self.send(job)

    async def receive(self) -> Delivery | None:
        now = time.time()
        match await self.run(take_script, now, now + lease):
            case [str(text), int(attempt)]:
                return LeasedJob(self, Job.model_validate_json(text), attempt)
        await asyncio.sleep(1)
        return None

    async def ping(self) -> None:
        await self._redis.ping()


def open_queue(name: str, redis: Redis) -> Queue:
    return RedisQueue(name, redis)
