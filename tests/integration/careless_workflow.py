"""A workflow that imports inside a run what nobody declared. Alone in its file: the sandbox imports the file anew."""

from temporalio import workflow


@workflow.defn
class Careless:
    @workflow.run
    async def run(self) -> None:
        import yaml  # noqa: F401 - the import is the test
