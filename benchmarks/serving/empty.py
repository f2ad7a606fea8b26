"""An endpoint that does nothing but what FastAPI does; run by ``python -m benchmarks.serving.empty PORT``."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.post("/nothing")
async def nothing(body: dict[str, Any]) -> dict[str, str]:
    """A JSON body in, a small one out."""
    return {"items": str(len(body))}


@app.get("/readyz")
async def ready() -> dict[str, str]:
    """It answers."""
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
