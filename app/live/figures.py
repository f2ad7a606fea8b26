"""Several expositions of figures as one: of the shops of a process, with the label ``shop``; of the processes of a port, ``process``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

_OF_PROCESS = "process_"
"""Begins the names of what is told of a process."""


class _Labelled(Collector):
    def __init__(self, label: str, expositions: Mapping[str, bytes]) -> None:
        self._label, self._expositions = label, expositions

    def collect(self) -> Iterable[Metric]:
        found: dict[str, Metric] = {}
        for name, exposition in self._expositions.items():
            seen = set(found)
            for family in text_string_to_metric_families(exposition.decode()):
                once = self._label != "process" and family.name.startswith(_OF_PROCESS)
                if once and family.name in seen:
                    continue
                whole = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    labels = dict(sample.labels) if once else {self._label: name, **sample.labels}
                    whole.samples.append(sample._replace(labels=labels))
        return found.values()


def labelled(label: str, expositions: Mapping[str, bytes]) -> bytes:
    """Name -> its figures as Prometheus reads them; all of them so, each with its name as this label. A process is told once."""
    registry = CollectorRegistry()
    registry.register(_Labelled(label, expositions))
    return generate_latest(registry)
