"""Brings what the services hold up to this code, before its processes start. Safe to run again, and in parallel."""

from app.config import ReleaseConfig, load
from app.lifecycle import run
from app.log import configure_log, log
from app.resources.base import connected
from app.resources.connect import connect

# How long a service may still take to come up, in seconds.
patience = 30.0


def main() -> None:
    config = load(ReleaseConfig)
    configure_log("release", level=config.log_level, release=config.release_id)
    run(release(config))


async def release(config: ReleaseConfig) -> int:
    resources = connect(config)
    for name, resource in resources.attached.items():
        # A queue can be asked once it is prepared, and the service that it is in came before it.
        if not resource.in_another:
            await connected({name: resource}, patience=patience)
        await resource.prepare()
    log.info("released")
    await resources.close()
    return 0


if __name__ == "__main__":
    main()
