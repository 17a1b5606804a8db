"""The one plugin that configures clients, workers and replayers alike: payloads, sandbox, workflows."""

from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkerConfig

from sop_engine.temporal.payloads import PAYLOADS
from sop_engine.temporal.sandbox import sandbox


class SopPlugin(SimplePlugin):
    """What client, worker and replayer have in common, and the guard of a worker's runs."""

    def __init__(self) -> None:
        super().__init__("sop", data_converter=PAYLOADS, workflow_runner=lambda _: sandbox(is_guarded=False))

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        return {**super().configure_worker(config), "workflow_runner": sandbox(is_guarded=True)}


def sop_plugin() -> SimplePlugin:
    """The plugin to hand to every client, and to a replayer."""
    return SopPlugin()
