import subprocess
import sys

import pytest

from app.admin import tasks


def test_lists_the_tasks_without_a_config() -> None:
    done = admin()
    assert done.returncode == 0
    for name, task in tasks.items():
        assert name in done.stderr
        assert task.description in done.stderr


@pytest.mark.parametrize("name", ["nothing-like-it", "__class__"])
def test_refuses_a_task_that_it_does_not_know(name: str) -> None:
    done = admin(name)
    assert done.returncode == 2
    assert name in done.stderr


def admin(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.admin", *args], capture_output=True, check=False, env={}, text=True
    )
