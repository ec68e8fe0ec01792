import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from app.api import create_app
from app.config import ReleaseConfig
from app.resources.connect import Resources, connect
from tests.environment import environment, unreachable


@dataclass(frozen=True)
class App:
    """The app as web runs it, but for the port."""

    api: FastAPI
    client: httpx.AsyncClient
    config: ReleaseConfig
    resources: Resources
    stopping: asyncio.Event


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a process may require; no service is to be reached, unless the test is marked for it."""
    needs_services = request.node.get_closest_marker("services") is not None
    if needs_services and (unset := [name for name in unreachable if not os.environ.get(name)]):
        pytest.skip(f"needs the services: set {', '.join(unset)}, run bin/migrate")
    given = {name: os.environ[name] for name in unreachable} if needs_services else {}
    for name, value in {**environment, **given}.items():
        monkeypatch.setenv(name, value)
    for name in ("LOG_LEVEL", "RELEASE_ID", "SHUTDOWN_GRACE_MS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def app(anyio_backend: str) -> AsyncIterator[App]:
    stopping = asyncio.Event()
    config = ReleaseConfig()
    resources = connect(config)
    api = create_app(resources, stopping)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://app") as client:
        yield App(api, client, config, resources, stopping)
    await resources.close()
