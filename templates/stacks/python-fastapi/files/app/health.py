"""Live looks at nothing outside the process; ready asks each resource, and says no while stopping."""

from typing import Literal

from fastapi import APIRouter, Response, status
from pydantic import BaseModel

from app.dependencies import ResourcesDependency, StoppingDependency
from app.resources.base import State, ping_all

deadline = 1.0

router = APIRouter(prefix="/health")


class Liveness(BaseModel):
    status: Literal["live"]


class Readiness(BaseModel):
    status: Literal["ready", "not ready"]
    resources: dict[str, State]


@router.get("/live")
async def live() -> Liveness:
    return Liveness(status="live")


@router.get("/ready", responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Readiness}})
async def ready(resources: ResourcesDependency, stopping: StoppingDependency, response: Response) -> Readiness:
    states = await ping_all(resources.attached, deadline=deadline)
    if not stopping.is_set() and all(state == "up" for state in states.values()):
        return Readiness(status="ready", resources=states)
    response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Readiness(status="not ready", resources=states)
