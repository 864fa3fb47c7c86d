"""Save ministack's state while it runs, so that even a killed server loses seconds at most."""

import asyncio
import contextlib
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

logger = logging.getLogger("local_cloud")

_EVERY_SECONDS = 4.0


class Saver:
    """Writes the services that changed, a file each, beside the old one and then in its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, str] = {}
        self._requests = 0

    def note_request(self) -> None:
        """Something may have changed."""
        self._requests += 1

    async def run(self) -> None:
        """Save every few seconds while requests come in, and once more after the last."""
        seen, quiet = -1, 0
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            quiet = 0 if seen != self._requests else quiet + 1
            seen = self._requests
            if quiet <= 1:
                await self._save()

    async def _save(self) -> None:
        from ministack import app

        for service, get_state in app._build_persistence_save_dict().items():
            # A copy is taken on the loop, one service at a time; a thread of a service may change it all the same.
            with contextlib.suppress(RuntimeError):
                if (state := get_state()) is not None:
                    await asyncio.to_thread(self._write, service, state)
            await asyncio.sleep(0)

    def _write(self, service: str, state: Any) -> None:
        from ministack.core import persistence

        document = {"__ministack_format__": persistence._state_format_version(service), "payload": state}
        try:
            text = json.dumps(document, default=persistence._json_default)
        except TypeError as error:
            logger.warning("The state of %s cannot be saved: %s", service, error)
            return
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self._written.get(service) == digest:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f"{service}.json.new"
        beside.write_text(text)
        beside.replace(self._folder / f"{service}.json")
        self._written[service] = digest
