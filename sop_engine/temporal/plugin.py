"""The one plugin that configures clients, workers and replayers alike: payloads, sandbox, workflows."""

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin

from sop_engine.temporal.sandbox import sandbox


def sop_plugin() -> SimplePlugin:
    """The plugin to hand to every client, and to a replayer."""
    return SimplePlugin("sop", data_converter=pydantic_data_converter, workflow_runner=lambda _: sandbox())
