"""Traces by OpenTelemetry: one span for each request, with its stages. Nothing of it is imported unless a setting says where they go.

What the SDK reads of the environment holds: ``OTEL_TRACES_SAMPLER``, ``OTEL_SERVICE_NAME``, ``OTEL_EXPORTER_OTLP_HEADERS`` and so on.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI

from models.errors import InputError

SPAN: Final = "span"
"""Where the scope's state has the span of a request, for whoever knows more of it."""
_UNTOLD: Final = "/healthz,/readyz,/metrics"


def trace(app: FastAPI, url: str | None) -> None:
    """Send a span of every request to a collector, by OTLP over HTTP, the last ones when the process ends; nothing where ``url`` is None.

    Raises:
        InputError: the extra ``otel`` is not installed.
    """
    if url is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        msg = f"traces need `pip install 'attire[otel]'` ({error})"
        raise InputError(msg, field="ATTIRE_TRACES") from error
    about = Resource.create({SERVICE_NAME: "attire", SERVICE_VERSION: version("attire")})
    provider = TracerProvider(resource=about)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))

    def keep(span: Any, scope: dict[str, Any]) -> None:  # noqa: ANN401 - OpenTelemetry's
        scope.setdefault("state", {})[SPAN] = span

    FastAPIInstrumentor.instrument_app(
        app, tracer_provider=provider, server_request_hook=keep, excluded_urls=_UNTOLD, exclude_spans=["receive", "send"]
    )
    app.state.tracer_provider = provider
