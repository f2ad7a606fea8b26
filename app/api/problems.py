"""Errors as problem+json responses (RFC 9457), by the one table in ``app.ground.errors``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api.schemas.answers import ProblemOut
from app.ground.errors import BY_STATUS, INTERNAL, INVALID, MALFORMED, PROBLEMS, Detail, Problem, ServiceError, problem_of
from app.ground.fields import path, problem
from app.ground.logs import logger
from app.ground.shortened import shortened

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2
LOG_GONE: Final = f"the log cannot be written now, and /readyz says why; try again in {RETRY_AFTER_S} s"
"""The message to clients while the log is gone; the log's own message goes to the service's log."""
LOG_UNUSABLE: Final = "the log cannot be written until somebody has mended it, and /readyz says how"
_MOST_SHOWN: Final = 20
_OF_ANY: Final = (400, 408, 413, 431, 503)
"""How any request may be refused: it is no HTTP, comes too slowly, is too large, or the service is too busy or ends."""
_KEY_HEADERS: Final = {"WWW-Authenticate": "Bearer"}
_RETRY_HEADERS: Final = {"Retry-After": str(RETRY_AFTER_S)}


def respond(problem: Problem, detail: str, errors: Sequence[Detail] = (), headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem as a response; values that a client sent are shortened and safe to write."""
    shown = [Detail(shortened(error.field), shortened(error.value), printable(error.problem)) for error in errors[:_MOST_SHOWN]]
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": printable(detail),
        "errors": [asdict(error) for error in shown],
    }
    return JSONResponse(body, problem.status, headers, MEDIA_TYPE)


def printable(text: str, most: int = 500) -> str:
    """The text as one line of at most ``most`` characters that can be printed, in valid Unicode."""
    line = " ".join(text.encode("utf-8", "backslashreplace").decode("utf-8").split())
    line = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in line)
    return line if len(line) <= most else f"{line[:most]}…"


def install(app: FastAPI) -> None:
    """Answer every error of the service, the framework and the models with a problem."""
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(HTTPException)(_http_problem)
    app.exception_handler(OSError)(_system_problem)
    for kind in PROBLEMS:
        app.add_exception_handler(kind, _service_problem)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem responses of a route with these statuses, and with those of any, for its documentation."""
    return {status: {"model": ProblemOut, "content": {MEDIA_TYPE: {}}} for status in sorted({*_OF_ANY, *statuses})}


def respond_to(error: Exception, home: Path | None = None) -> JSONResponse:
    """An error as a response.

    Args:
        home: what its message says lies there is told as if from there: where on the machine is nobody's matter.
    """
    problem = problem_of(error)
    headers = _RETRY_HEADERS if problem.passes else _KEY_HEADERS if problem.status == HTTPStatus.UNAUTHORIZED else None
    text = str(error)
    for place in () if home is None else dict.fromkeys((str(home), str(home.resolve()))):
        text = text.replace(f"{place}/", "").replace(place, "the home")
    return respond(problem, text, error.details if isinstance(error, ServiceError) else (), headers)


async def _service_problem(request: Request, error: Exception) -> JSONResponse:
    return respond_to(error, request.app.state.services.settings.home)


async def _system_problem(request: Request, error: OSError) -> JSONResponse:
    if problem_of(error) is INTERNAL:
        raise error
    logger().error("home_not_written", why=str(error))
    return respond_to(error, request.app.state.services.settings.home)


async def _http_problem(request: Request, error: HTTPException) -> JSONResponse:
    problem = BY_STATUS.get(error.status_code, Problem(error.status_code, "about:blank", str(error.detail)))
    where, unreadable = request.url.path, "not JSON in UTF-8 of sane depth and numbers, uncompressed"
    known = {
        400: Detail("body", f"{request.headers.get('content-length', 'some')} bytes", unreadable),
        404: Detail("path", where, "nothing is here; see /docs"),
        405: Detail("method", request.method, f"{where} does not take it; see /docs"),
    }.get(error.status_code)
    if known is None:
        return respond(problem, str(error.detail), headers=error.headers)
    return respond(problem, f"{known.field} {known.value}: {known.problem}", [known], headers=error.headers)


async def _invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        where, why = found[0]["loc"][-1], found[0].get("ctx", {}).get("error", "")
        return respond(MALFORMED, f"the body is not JSON: {why} (character {where})", [Detail("body", f"character {where}", str(why))])
    if found and found[0]["loc"] == ("body",) and isinstance(found[0].get("input"), bytes):
        sent = "send JSON, with the header Content-Type: application/json"
        return respond(INVALID, sent, [Detail("body", f"{len(found[0]['input']):,} bytes", sent)])
    errors = [Detail(path(error["loc"]), shortened(error.get("input")), problem(error)) for error in found]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return respond(INVALID, f"{shortened(errors[0].field)}: {errors[0].problem}{more}", errors)
