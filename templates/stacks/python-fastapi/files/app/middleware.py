import asyncio
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.log import log
from app.problems import problem

body_limit = 64 * 1024


class RequestMiddleware:
    """Gives each request an id, a line in the log and a limit, and sends clients elsewhere while the process stops."""

    def __init__(self, app: ASGIApp, *, stopping: asyncio.Event) -> None:
        self.app = app
        self.stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        started = time.perf_counter()
        status: int | None = None

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                if self.stopping.is_set():
                    headers["connection"] = "close"
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, _limited(receive), send_marked)
            except Exception:
                log.exception("request failed")
                if status is not None:
                    raise
                await problem(500)(scope, receive, send_marked)
            finally:
                path = scope["path"]
                write = log.debug if path.startswith("/health/") else log.info
                ms = round((time.perf_counter() - started) * 1000)
                write("request", method=scope["method"], path=path, status=status, ms=ms)


def _request_id(headers: Headers) -> str:
    """The caller's id, or that of its trace, so that the log lines of one request can be found."""
    given = headers.get("x-request-id") or "".join(headers.get("traceparent", "").split("-")[1:2])
    return given if re.fullmatch(r"[\w-]{1,128}", given, re.ASCII) else str(uuid.uuid4())


def _limited(receive: Receive) -> Receive:
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > body_limit:
            raise HTTPException(413)
        return message

    return receive_limited
