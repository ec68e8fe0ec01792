from app.log import log
from app.resources.base import ping_all
from app.task import Task, TaskInput


async def run(given: TaskInput) -> int:
    states = await ping_all(given.resources.attached, deadline=5.0)
    log.info("pinged", resources=states)
    return 1 if "down" in states.values() else 0


task = Task(description="Asks every backing service whether it is up.", run=run)
