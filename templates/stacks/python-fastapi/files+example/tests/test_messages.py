import pytest

from tests.conftest import App

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "body", ["{", "{}", '{"text":""}', '{"text":5}', f'{{"text":"{"x" * 1001}"}}', '{"text":"x","more":1}']
)
async def test_refuses_what_is_not_a_message(app: App, body: str) -> None:
    reply = await app.client.post("/messages", content=body, headers={"content-type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["title"] == "Bad Request"


async def test_refuses_a_body_that_is_too_large(app: App) -> None:
    reply = await app.client.post("/messages", json={"text": "x" * 100_000})
    assert reply.status_code == 413
