"""`sop worker`: a worker for the chosen profile, in the foreground, until it is told to stop."""

from sop_engine.console.context import Session
from sop_engine.console.stack import told_to_stop, until_told, worker_beside


async def worker(session: Session) -> None:
    """Run a worker in the foreground; Ctrl-C ends it after the work in hand."""
    from sop_engine.temporal.client import connect
    from sop_engine.temporal.metrics import runtime_of

    stop = told_to_stop()
    client = await connect(session.profile, runtime_of(session.settings.metrics_address))
    async with worker_beside(session.serve, client, session.settings) as serving:
        session.say(f"The worker is ready on the task queue {session.settings.task_queue!r}; Ctrl-C stops it")
        if session.settings.metrics_address is not None:
            session.say(f"Metrics are at http://{session.settings.metrics_address}/metrics")
        await until_told(serving, stop)
        session.say("Stopping")
