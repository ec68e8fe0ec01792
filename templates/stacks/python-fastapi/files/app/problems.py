"""Errors as RFC 9457 has them; what went wrong inside stays in the log."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class Problem(BaseModel):
    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None


def handle_problems(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def refuse(_request: Request, error: HTTPException) -> JSONResponse:
        detail = None if error.detail == HTTPStatus(error.status_code).phrase else error.detail
        return problem(error.status_code, detail)

    @app.exception_handler(RequestValidationError)
    async def reject(_request: Request, error: RequestValidationError) -> JSONResponse:
        details = [f"{'/'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
        return problem(HTTPStatus.BAD_REQUEST, "; ".join(details))


def problem(status: int, detail: str | None = None) -> JSONResponse:
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(body.model_dump(exclude_none=True), status, media_type="application/problem+json")
