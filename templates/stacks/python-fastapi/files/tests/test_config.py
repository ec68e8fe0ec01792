import pytest
from pydantic import ValidationError

from app.config import Config, WebConfig, problems_of
from tests.environment import environment, unreachable

secret = "hunter2"


def test_reads_what_is_set_and_defaults_for_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "")
    monkeypatch.setenv("RELEASE_ID", "")
    config = WebConfig()
    assert config.port == 3000
    assert config.log_level == "info"
    assert config.shutdown_grace_ms == 8000
    assert config.release_id is None


def test_reports_all_problems_at_once_by_name_and_without_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"PORT", *unreachable, "LOG_LEVEL", "SHUTDOWN_GRACE_MS"}
    for name in names:
        monkeypatch.setenv(name, secret)
    error = _failure()
    assert set(problems_of(error)) == names
    assert secret not in f"{error}{problems_of(error)}"


def test_reports_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in environment:
        monkeypatch.delenv(name)
    required = {name.upper() for name, field in WebConfig.model_fields.items() if field.is_required()}
    assert problems_of(_failure()) == dict.fromkeys(required, "is missing")


@pytest.mark.parametrize("kind", [kind for kind in Config.__subclasses__() if kind is not WebConfig])
def test_asks_a_process_for_no_more_than_it_needs(kind: type[Config], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT")
    kind()


def test_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in unreachable:
        monkeypatch.setenv(name, f"scheme://user:{secret}@127.0.0.1:1")
    assert secret not in repr(WebConfig())


def _failure() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        WebConfig()
    return caught.value
