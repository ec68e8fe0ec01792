import asyncio
import time

from structlog.contextvars import bound_contextvars

from app.jobs.job import Delivery, Handlers, Queue
from app.log import log
from app.resources.base import backoff

concurrency = 5

# How long a job waits before each further attempt, in seconds.
retries = (1.0, 5.0, 15.0, 60.0)

# How often a job that runs says so, in seconds.
heartbeat = 5.0


async def work(queue: Queue, handlers: Handlers, stopping: asyncio.Event, *, finish: float) -> None:
    """Runs jobs until the event is set, lets those that run finish for so many seconds, and returns the others."""
    running: set[asyncio.Task[None]] = set()
    failures = 0
    while not stopping.is_set():
        running = {task for task in running if not task.done()}
        try:
            if len(running) >= concurrency:
                await asyncio.wait(running, timeout=1, return_when=asyncio.FIRST_COMPLETED)
            elif delivery := await queue.receive():
                running.add(asyncio.create_task(_attempt(delivery, handlers)))
            failures = 0
        except Exception as error:
            log.warning("queue not ready yet", attempt=failures, error=repr(error))
            await asyncio.sleep(backoff(failures))
            failures += 1
    if running:
        _, late = await asyncio.wait(running, timeout=finish)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _attempt(delivery: Delivery, handlers: Handlers) -> None:
    with bound_contextvars(job=delivery.job.name, job_id=delivery.job.id):
        keeping = asyncio.create_task(_keep(delivery))
        try:
            await _perform(delivery, handlers)
        except Exception:
            log.exception("job not settled; it will run again")
        finally:
            keeping.cancel()


async def _perform(delivery: Delivery, handlers: Handlers) -> None:
    started = time.perf_counter()
    try:
        # A name that this release doesn't know may be known to the next.
        await handlers[delivery.job.name](delivery.job)
    except asyncio.CancelledError:
        await delivery.retry(0)
        log.info("job returned")
        raise
    except Exception:
        log.exception("job failed", attempt=delivery.attempt)
        if delivery.attempt > len(retries):
            await delivery.fail()
        else:
            await delivery.retry(retries[delivery.attempt - 1])
    else:
        await delivery.done()
        log.info("job done", ms=round((time.perf_counter() - started) * 1000))


async def _keep(delivery: Delivery) -> None:
    while True:
        await asyncio.sleep(heartbeat)
        try:
            await delivery.extend()
        except Exception as error:
            log.warning("job not extended", error=repr(error))
