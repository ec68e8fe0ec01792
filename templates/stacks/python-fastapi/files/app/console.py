"""A REPL with the config and the connected services: `run(…)` awaits for you."""

import asyncio
import code

from app.config import ReleaseConfig, load
from app.log import configure_log
from app.resources.connect import connect


def main() -> None:
    config = load(ReleaseConfig)
    configure_log("console", level=config.log_level, release=config.release_id)
    resources = connect(config)
    with asyncio.Runner() as runner:
        names = {"config": config, "resources": resources, "run": runner.run}
        code.interact(banner="config, resources, run(awaitable)", local=names, exitmsg="", local_exit=True)
        runner.run(resources.close())


if __name__ == "__main__":
    main()
