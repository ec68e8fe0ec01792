from datetime import UTC, datetime, timedelta

from app.log import log
from app.messages.store import MessageStore
from app.task import Task, TaskInput


async def run(given: TaskInput) -> None:
    days = int(given.args[0]) if given.args else 30
    before = datetime.now(UTC) - timedelta(days=days)
    log.info("old messages removed", count=await MessageStore(given.resources).purge(before))


task = Task(
    description="Removes the messages that are older than so many days, 30 if not said.", run=run, usage="[days]"
)
