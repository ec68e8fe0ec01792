from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping

from pydantic import BaseModel, JsonValue

from app.resources.base import Resource


class Job(BaseModel):
    """A job runs at least once. Its id is the same each time it runs, and is what makes its effect happen once."""

    id: str
    name: str
    data: JsonValue = None


Handler = Callable[[Job], Awaitable[None]]
Handlers = Mapping[str, Handler]


class Delivery(ABC):
    """A job that this worker has for now."""

    def __init__(self, job: Job, attempt: int) -> None:
        self.job = job
        self.attempt = attempt

    @abstractmethod
    async def extend(self) -> None:
        """Says that the job still runs; else another worker has it before long."""

    @abstractmethod
    async def done(self) -> None: ...

    @abstractmethod
    async def retry(self, delay: float) -> None:
        """Gives the job back, to be run again in so many seconds."""

    @abstractmethod
    async def fail(self) -> None:
        """Puts the job aside, for a person to look at."""


class Queue(Resource):
    in_another = True

    @abstractmethod
    async def send(self, job: Job) -> None:
        """Returns when the queue has the job for good."""

    @abstractmethod
    async def send_once(self, job: Job) -> None:
        """As `send`, and however many clocks send a job of this id, one gets through."""

    @abstractmethod
    async def receive(self) -> Delivery | None:
        """The next job that is due; None when there was none for a moment."""

    async def close(self) -> None:
        """Nothing to do: the service that it is in is closed by itself."""
