from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import App

Json = Any


document = yaml.safe_load(Path("openapi.yaml").read_text())


@pytest.mark.anyio
async def test_openapi_yaml_and_the_routes_say_the_same(app: App) -> None:
    assert _described(app.api.openapi()) == _described(document)


def _described(document: Json) -> Json:
    """Of each operation what it takes and gives, with what it refers to in its place, and without titles."""
    return {
        f"{method} {path}": {
            "body": _content(operation.get("requestBody"), document),
            "parameters": [
                {"name": each["name"], "in": each["in"], "schema": _plain(each["schema"], document)}
                for each in operation.get("parameters", [])
            ],
            "responses": {
                status: _content(response, document)
                for status, response in operation["responses"].items()
                if status != "default"
            },
        }
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def _content(holder: Json, document: Json) -> Json:
    return holder and _plain(holder["content"]["application/json"]["schema"], document)


def _plain(schema: Json, document: Json) -> Json:
    if isinstance(schema, list):
        return [_plain(each, document) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = document
        for key in schema["$ref"].split("/")[1:]:
            target = target[key]
        return _plain(target, document)
    if "const" in schema:
        return {"type": schema["type"], "enum": [schema["const"]]}
    return {
        key: {name: _plain(each, document) for name, each in value.items()}
        if key == "properties"
        else _plain(value, document)
        for key, value in schema.items()
        if key not in ("title", "description")
    }
