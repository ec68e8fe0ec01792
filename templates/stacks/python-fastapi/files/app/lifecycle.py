"""How a process runs, and what it does on SIGTERM."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine

from app.log import log


def run(main: Coroutine[object, object, int]) -> None:
    """Runs a process to its end and exits with its code. A fault that nobody handled ends it with 1."""
    try:
        code = asyncio.run(main)
    except Exception:
        log.critical("crashed", exc_info=True)
        code = 1
    sys.exit(code)


def stop_on_sigterm() -> asyncio.Event:
    """
    The event that SIGTERM sets. Platforms may repeat the signal, so further ones change nothing. SIGINT is a
    person, and ends the process at once.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    loop.add_signal_handler(signal.SIGINT, os._exit, 130)
    return stopping


async def until_stopped(stopping: asyncio.Event, *work: asyncio.Task[None]) -> None:
    """Waits for the event. The first of the tasks that fails ends the wait with its error."""
    stop = asyncio.create_task(stopping.wait())
    pending: set[asyncio.Task[None] | asyncio.Task[bool]] = {stop, *work}
    while stop in pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def shut_down(stop: Coroutine[object, object, None], *, grace_ms: int) -> int:
    """Finishes what is under way and lets go of everything; the exit code. What takes too long is cut off."""
    log.info("stopping")
    task = asyncio.create_task(stop)
    await asyncio.wait([task], timeout=grace_ms / 1000)
    if not task.done():
        log.error("not done within the grace", grace_ms=grace_ms)
        os._exit(1)
    if error := task.exception():
        log.error("could not stop cleanly", exc_info=error)
        return 1
    log.info("stopped")
    return 0
