"""What a worker measures: the SDK's own metrics and ours, all on one Prometheus endpoint of its own.

Their names are in `docs/operations.md`. The SDK counts failed activities: `temporal_activity_execution_failed`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from temporalio.common import MetricGauge, MetricMeter
from temporalio.runtime import LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig

from sop_engine.basis.faults import InvalidInput

STUCK_CASES = "sop_stuck_cases"
OPEN_CASES = "sop_open_cases"

Labels = tuple[tuple[str, str], ...]


def measuring_runtime(address: str) -> Runtime:
    """A runtime whose clients and workers are measured at `http://<address>/metrics`. Raises `InvalidInput`."""
    try:
        return Runtime(
            telemetry=TelemetryConfig(
                logging=LoggingConfig.default, metrics=PrometheusConfig(bind_address=address, durations_as_seconds=True)
            )
        )
    except ValueError as error:
        raise InvalidInput(
            f"Metrics cannot be given at {address}: {error}; name another HOST:PORT in SOP_METRICS_ADDRESS"
        ) from None


def runtime_of(address: str | None) -> Runtime | None:
    """The measuring runtime of an address, where one is given."""
    return measuring_runtime(address) if address is not None else None


class Gauge:
    """Figures under labels; those that are gone go to 0, since a gauge keeps its last figure for ever."""

    def __init__(self, gauge: MetricGauge) -> None:
        self._gauge = gauge
        self._known: set[Labels] = set()

    def set(self, figures: Mapping[Labels, int]) -> None:
        for labels in sorted(self._known - figures.keys()):
            self._gauge.set(0, dict(labels))
        for labels, figure in figures.items():
            self._gauge.set(figure, dict(labels))
        self._known |= figures.keys()


class Gauges:
    """The figures of an installation as one worker sees them."""

    def __init__(self, meter: MetricMeter) -> None:
        self._stuck = Gauge(meter.create_gauge(STUCK_CASES, "Cases whose workflow task keeps failing"))
        self._open = Gauge(meter.create_gauge(OPEN_CASES, "Open cases in the records"))
        self._stuck.set({(): 0})

    def set_stuck(self, sops: Iterable[str]) -> None:
        """Of each stuck case its SOP; the figure without a label is their sum."""
        counted = Counter(sops)
        self._stuck.set({(): counted.total(), **{(("sop", sop),): number for sop, number in counted.items()}})

    def set_open(self, cases: Mapping[tuple[str, str], int]) -> None:
        """How many by SOP and status."""
        self._open.set({(("sop", sop), ("status", status)): number for (sop, status), number in cases.items()})
