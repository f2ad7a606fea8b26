"""A replica that answers with what it was sent: its method, its bytes and their digest. Started by test_killed."""

from __future__ import annotations

import hashlib
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def told(request: Request) -> JSONResponse:
    """What came."""
    body = await request.body()
    return JSONResponse({"method": request.method, "bytes": len(body), "digest": hashlib.sha256(body).hexdigest()})


if __name__ == "__main__":
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", told, methods=methods)])
    uvicorn.run(app, host=sys.argv[1], port=int(sys.argv[2]), log_level="error")
