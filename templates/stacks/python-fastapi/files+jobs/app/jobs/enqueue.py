import json
import uuid

from app.jobs.job import Job
from app.log import log
from app.task import Task, TaskInput


async def run(given: TaskInput) -> None:
    if not given.args:
        raise ValueError("Which job?")
    name, data = (*given.args, "null")[:2]
    job = Job(id=str(uuid.uuid4()), name=name, data=json.loads(data))
    await given.resources.queue.send(job)
    log.info("job sent", job=job.name, job_id=job.id)


task = Task(description="Sends a job to the worker, with JSON data if there is any.", run=run, usage="<job> [data]")
