"""`sop dev`: all of it on one machine, durable in a folder: embedded server and worker, in the foreground."""

from pathlib import Path
from typing import Annotated

import typer

from sop_engine.console.context import Session
from sop_engine.console.file_faults import make_folder
from sop_engine.console.stack import told_to_stop, until_told, worker_beside

METRICS_PORT = 9464
"""Where Prometheus looks by default."""


async def dev(
    session: Session,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Port of Temporal; 0 takes a free one.")
    ] = 7233,
    ui_port: Annotated[
        int, typer.Option("--ui-port", min=0, max=65_535, help="Port of the Web UI; 0 takes a free one.")
    ] = 8233,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Where everything is kept; else SOP_DATA_DIRECTORY.")
    ] = None,
) -> None:
    """Run an embedded Temporal and a worker in the foreground; cases survive a restart."""
    from sop_engine.temporal.client import DEFAULT_ADDRESS, connect_to
    from sop_engine.temporal.metrics import measuring_runtime
    from sop_engine.temporal.server import EmbeddedServer, free_or_any_address

    stop = told_to_stop()
    settings = session.settings.moved_to(data) if data else session.settings
    make_folder(settings.data_directory)
    async with EmbeddedServer(data_dir=settings.data_directory, port=port, ui_port=ui_port) as server:
        metrics = settings.metrics_address or free_or_any_address(METRICS_PORT)
        client = await connect_to(server.address, runtime=measuring_runtime(metrics))
        async with worker_beside(session.serve, client, settings) as serving:
            session.say(f"Temporal answers at {server.address}; everything is kept in {settings.data_directory}")
            if not DEFAULT_ADDRESS.endswith(server.address.partition(":")[2]):
                session.say(
                    f"Other terminals find it with TEMPORAL_ADDRESS={server.address} SOP_UI_URL={server.ui_url}"
                )
            session.say(f"Metrics are at http://{metrics}/metrics")
            session.say("The worker is ready; Ctrl-C stops both. The Web UI:")
            session.line(server.ui_url)
            await until_told(serving, stop)
            session.say("Stopping; the cases go on at the next `sop dev`")
