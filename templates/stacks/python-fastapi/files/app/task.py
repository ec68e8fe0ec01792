from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.config import ReleaseConfig
from app.resources.connect import Resources


@dataclass(frozen=True)
class TaskInput:
    args: Sequence[str]
    config: ReleaseConfig
    resources: Resources


@dataclass(frozen=True)
class Task:
    """One-off work. Its code is that of the process: None is 0."""

    description: str
    run: Callable[[TaskInput], Awaitable[int | None]]
    usage: str = ""
