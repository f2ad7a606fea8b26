"""Reads the multipart form of PUT /items: on a thread, as its reader is written in Python and takes seconds for a hostile body."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.api.reading import check_values, parse
from app.api.schemas.catalogue import UpsertItems
from app.ground.errors import Detail, refused
from app.ground.parts import Limits

JSON_PART: Final = "items"
_SLICE: Final = 1 << 16
_one_by_one = CapacityLimiter(1)


async def read_form(request: Request, limits: Limits) -> tuple[UpsertItems, Mapping[str, bytes]]:
    """The batch and the pictures of a multipart request.

    Raises:
        RequestValidationError: another content type, or invalid JSON. RequestError: its parts cannot be read.
    """
    body = await request.body()
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise RequestValidationError([{"type": "not_json", "loc": ("body",), "msg": "not JSON", "input": body}])
    return await to_thread.run_sync(_read, request.headers, body, limits, limiter=_one_by_one)


def _read(headers: Headers, body: bytes, limits: Limits) -> tuple[UpsertItems, Mapping[str, bytes]]:
    parts = asyncio.run(_parts(headers, body, limits))
    if JSON_PART not in parts:
        raise refused(Detail(JSON_PART, ", ".join(parts), "a multipart request needs a part of this name with the JSON"))
    text = parts.pop(JSON_PART)
    check_values(text, limits.max_upsert_values)
    try:
        return UpsertItems.model_validate(parse(text)), parts
    except ValidationError as error:
        raise RequestValidationError([{**detail, "loc": ("body", *detail["loc"])} for detail in error.errors()]) from error


async def _parts(headers: Headers, body: bytes, limits: Limits) -> dict[str, bytes]:
    async def sliced() -> AsyncGenerator[bytes, None]:
        for at in range(0, len(body), _SLICE):
            yield body[at : at + _SLICE]
        yield b""

    try:
        form = await MultiPartParser(headers, sliced(), max_files=limits.max_upserts + 1, max_part_size=limits.max_body_bytes).parse()
    except MultiPartException as error:
        raise refused(Detail("body", "", f"the multipart body cannot be read: {error.message}")) from error
    try:
        return {name: await part.read() if isinstance(part, UploadFile) else part.encode() for name, part in form.multi_items()}
    finally:
        await form.close()
