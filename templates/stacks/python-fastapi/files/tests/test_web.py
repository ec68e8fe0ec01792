import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest
from fastapi import FastAPI

from app import web
from app.api import create_app
from app.config import WebConfig
from app.resources.connect import Resources


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setenv("LAME_DUCK_MS", "1000")
    return port


@pytest.mark.anyio
async def test_on_sigterm_finishes_what_is_under_way_and_exits_with_0(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create_slow_app(resources: Resources, stopping: asyncio.Event) -> FastAPI:
        api = create_app(resources, stopping)

        @api.get("/slow")
        async def slow() -> str:
            # Longer than the lame duck time.
            await asyncio.sleep(1.5)
            return "done"

        return api

    monkeypatch.setattr(web, "create_app", create_slow_app)
    serving = asyncio.create_task(web.serve(WebConfig()))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await _live(client)
        slow = asyncio.create_task(client.get("/slow"))
        await asyncio.sleep(0.1)

        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)
        ready = await client.get("/health/ready")
        assert ready.status_code == 503
        assert ready.headers["connection"] == "close"

        answer = await slow
        assert answer.json() == "done"
        assert answer.headers["connection"] == "close"
    assert await serving == 0


@pytest.mark.anyio
async def test_on_sigint_ends_at_once(port: int) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "app.web", stdout=subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _live(client)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130
    finally:
        with suppress(ProcessLookupError):
            process.kill()


def test_with_a_bad_config_says_what_is_wrong_in_one_line_and_opens_no_port() -> None:
    command = [sys.executable, "-m", "app.web"]
    done = subprocess.run(command, capture_output=True, check=False, env={"PORT": "http"}, text=True)
    assert done.returncode == 1
    required = {name.upper() for name, field in WebConfig.model_fields.items() if field.is_required()}
    assert set(json.loads(done.stdout)["problems"]) == required


async def _live(client: httpx.AsyncClient) -> None:
    for _ in range(300):
        with suppress(httpx.TransportError):
            (await client.get("/health/live")).raise_for_status()
            return
        await asyncio.sleep(0.1)
    pytest.fail("web does not come up")
