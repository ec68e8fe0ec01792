import pytest

from tests.conftest import App

pytestmark = pytest.mark.anyio


async def test_is_live_whatever_the_services_do_and_ready_only_when_all_are_up(app: App) -> None:
    live = await app.client.get("/health/live")
    assert live.status_code == 200
    assert live.json() == {"status": "live"}

    ready = await app.client.get("/health/ready")
    assert ready.status_code == (503 if app.resources.attached else 200)
    assert ready.json()["resources"] == dict.fromkeys(app.resources.attached, "down")


async def test_is_not_ready_while_it_stops_and_sends_clients_elsewhere(app: App) -> None:
    app.stopping.set()
    ready = await app.client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.headers["connection"] == "close"
    assert (await app.client.get("/health/live")).status_code == 200


async def test_tells_a_problem_as_rfc_9457_has_it(app: App) -> None:
    reply = await app.client.get("/nowhere")
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json() == {"type": "about:blank", "title": "Not Found", "status": 404}


async def test_tells_nothing_of_what_went_wrong_inside(app: App) -> None:
    @app.api.get("/fault")
    async def fault() -> None:
        raise RuntimeError("hunter2")

    reply = await app.client.get("/fault")
    assert reply.status_code == 500
    assert reply.json() == {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    assert "x-request-id" in reply.headers


async def test_keeps_the_id_of_a_request_or_that_of_its_trace_or_gives_it_one(app: App) -> None:
    async def id_of(headers: dict[str, str]) -> str:
        reply = await app.client.get("/health/live", headers=headers)
        return str(reply.headers["x-request-id"])

    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert await id_of({"x-request-id": "r-1", "traceparent": traceparent}) == "r-1"
    assert await id_of({"traceparent": traceparent}) == "0af7651916cd43dd8448eb211c80319c"
    assert len(await id_of({"x-request-id": "no good"})) == 36
