import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from app.api import create_app
from app.config import WebConfig, load
from app.lifecycle import run, shut_down, stop_on_sigterm, until_stopped
from app.log import configure_log
from app.resources.base import connected
from app.resources.connect import connect


def main() -> None:
    config = load(WebConfig)
    configure_log("web", level=config.log_level, release=config.release_id)
    run(serve(config))


async def serve(config: WebConfig) -> int:
    stopping = stop_on_sigterm()
    resources = connect(config)
    listening = socket.create_server(("0.0.0.0", config.port), backlog=2048)
    server = Server(
        uvicorn.Config(
            create_app(resources, stopping),
            access_log=False,
            log_config=None,
            server_header=False,
            lifespan="off",
            # Longer than balancers keep theirs, so that it is never this side that closes one they are about to use.
            timeout_keep_alive=75,
        )
    )
    serving = asyncio.create_task(server.serve([listening]))
    await until_stopped(stopping, serving, asyncio.create_task(connected(resources.attached)))

    async def stop() -> None:
        # /health/ready says no by now, and there is time for the balancer to notice it.
        await asyncio.sleep(config.lame_duck_ms / 1000)
        server.should_exit = True
        await serving
        await resources.close()

    return await shut_down(stop(), grace_ms=config.shutdown_grace_ms)


class Server(uvicorn.Server):
    """Leaves the signals to this module: uvicorn would stop accepting at once."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


if __name__ == "__main__":
    main()
