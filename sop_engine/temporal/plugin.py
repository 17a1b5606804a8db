"""The one plugin that configures clients, workers and replayers alike: payloads, sandbox, workflows."""

import dataclasses

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

PASSED_THROUGH = (
    "sop_engine",  # our pure rooms and contracts: checked for purity by linters, and shared for speed
    "workflows.alarm",  # code of the interpreter without state of its own: executed once per process, not once per run
    "workflows.background",
    "workflows.errands",
    "workflows.messages",
    "workflows.outbox",
    "workflows.queries",
    "workflows.signals",
    "workflows.updates",
    "activities",  # only named by workflows; held in one copy with the worker's
    "jinja2",  # parses expressions; its generated code must not be imported anew in each run
    "markupsafe",  # part of jinja2
    "stdnum",  # check digits of identifiers; pure functions
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
    "typing_inspection",
)


def sandbox() -> WorkflowRunner:
    """The sandbox with our modules passed through; an import that nobody declared raises."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(
        restrictions=dataclasses.replace(
            restrictions,
            import_notification_policy=SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH,
        )
    )


def sop_plugin() -> SimplePlugin:
    """The plugin to hand to every client, and to a replayer."""
    return SimplePlugin("sop", data_converter=pydantic_data_converter, workflow_runner=lambda _: sandbox())
