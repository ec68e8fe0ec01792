import asyncio
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Literal

from app.log import log

State = Literal["up", "down"]


class Resource(ABC):
    """A backing service that is attached: it connects, and reconnects, by itself."""

    # Whether it lives in another one, as a queue does, and isn't there before it is prepared.
    in_another = False

    @abstractmethod
    async def ping(self) -> None:
        """Raises while the service can't be used."""

    async def prepare(self) -> None:
        """Makes ready what this release expects to find there; run by the release process only."""
        await self.ping()

    def refused(self, error: Exception) -> bool:
        """True for an error that waiting won't cure, such as a wrong password."""
        return False

    @abstractmethod
    async def close(self) -> None: ...


async def ping_all(resources: Mapping[str, Resource], *, deadline: float) -> dict[str, State]:
    """Up or down, each within the deadline in seconds, all at the same time."""
    pings = {name: asyncio.create_task(resource.ping()) for name, resource in resources.items()}
    if pings:
        # Not gather: what fell silent may take longer to be cancelled than there is time.
        await asyncio.wait(pings.values(), timeout=deadline)
    return {name: _state_of(ping) for name, ping in pings.items()}


def _state_of(ping: asyncio.Task[None]) -> State:
    if not ping.done():
        ping.add_done_callback(lambda late: late.cancelled() or late.exception())
        ping.cancel()
        return "down"
    return "up" if ping.exception() is None else "down"


async def connected(resources: Mapping[str, Resource], *, patience: float = float("inf")) -> None:
    """Waits for each service to answer once, for as many seconds as we say; raises when one refuses us."""
    deadline = time.monotonic() + patience
    async with asyncio.TaskGroup() as tasks:
        for name, resource in resources.items():
            tasks.create_task(_connected(name, resource, deadline))


async def _connected(name: str, resource: Resource, deadline: float) -> None:
    attempt = 0
    while True:
        try:
            async with asyncio.timeout(10):
                await resource.ping()
        except Exception as error:
            if resource.refused(error) or time.monotonic() > deadline:
                raise
            log.warning("not connected yet", resource=name, attempt=attempt, error=repr(error))
            await asyncio.sleep(backoff(attempt))
            attempt += 1
        else:
            log.info("connected", resource=name)
            return


def backoff(attempt: int) -> float:
    """Doubles from 0.2 s to 5 s; the jitter keeps many processes from coming back at the same moment."""
    return min(5.0, 0.2 * 2.0 ** min(attempt, 10)) * random.uniform(0.5, 1)
