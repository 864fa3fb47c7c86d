"""Put the local cloud together and serve it: ministack, the differences closed, SageMaker, CloudFormation's types."""

import asyncio
import logging
import signal
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from local_cloud import cut_off_writes, settings

logger = logging.getLogger("local_cloud")


def run(port: int, state_dir: Path) -> None:
    """Serve on 127.0.0.1:`port` until SIGTERM or SIGINT; keeps everything below `state_dir`."""
    state_dir.mkdir(parents=True, exist_ok=True)
    settings.configure(port, state_dir)
    cut_off_writes.mend(state_dir / "s3")
    asyncio.run(_serve(port, state_dir))


async def _serve(port: int, state_dir: Path) -> None:
    # ministack reads its settings when it is imported, so nothing that imports it may come before `configure`.
    from local_cloud import assembly

    application = assembly.assemble(port, state_dir, asyncio.get_running_loop())
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 2
    config.shutdown_timeout = 60
    config.startup_timeout = 60
    config.errorlog = "-"
    logging.getLogger("hypercorn.access").setLevel(logging.WARNING)
    await hypercorn_serve(application, config, shutdown_trigger=_stop_signal())


def _stop_signal() -> Any:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop.wait
