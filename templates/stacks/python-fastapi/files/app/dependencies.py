"""What routes ask for: `resources: ResourcesDependency`."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request

from app.resources.connect import Resources


def _resources(request: Request) -> Resources:
    resources: Resources = request.app.state.resources
    return resources


def _stopping(request: Request) -> asyncio.Event:
    stopping: asyncio.Event = request.app.state.stopping
    return stopping


ResourcesDependency = Annotated[Resources, Depends(_resources)]
StoppingDependency = Annotated[asyncio.Event, Depends(_stopping)]
