"""The figures of all shops as one exposition, each with the label ``shop``; those of the process once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


class _Labelled(Collector):
    def __init__(self, expositions: Mapping[str, bytes]) -> None:
        self._expositions = expositions

    def collect(self) -> Iterable[Metric]:
        found: dict[str, Metric] = {}
        for shop, exposition in self._expositions.items():
            seen = set(found)
            for family in text_string_to_metric_families(exposition.decode()):
                of_process = family.name.startswith("process_")
                if of_process and family.name in seen:
                    continue
                whole = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    labels = dict(sample.labels) if of_process else {"shop": shop, **sample.labels}
                    whole.samples.append(sample._replace(labels=labels))
        return found.values()


def labelled(expositions: Mapping[str, bytes]) -> bytes:
    """Shop -> its figures as Prometheus reads them; all of them so."""
    registry = CollectorRegistry()
    registry.register(_Labelled(expositions))
    return generate_latest(registry)
