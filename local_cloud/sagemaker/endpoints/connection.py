"""Connections from the router to a variant's process: HTTP/1.1 on its Unix domain socket, kept between requests."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import h11

_RECEIVE_BYTES = 65536


class ConnectionLostError(Exception):
    """The process went away before it had answered."""


@dataclass(frozen=True)
class ModelAnswer:
    """What the model's process answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = h11.Connection(h11.CLIENT)
        self.has_answered = False

    async def exchange(self, headers: Mapping[str, str], body: bytes) -> ModelAnswer:
        self.has_answered = False
        fields = [("host", "model"), *headers.items(), ("content-length", str(len(body)))]
        request = h11.Request(method="POST", target="/invocations", headers=fields)
        parts = [self._protocol.send(request)]
        if body:
            parts.append(self._protocol.send(h11.Data(data=body)))
        parts.append(self._protocol.send(h11.EndOfMessage()))
        self._writer.write(b"".join(part for part in parts if part))
        return await self._answer()

    async def _answer(self) -> ModelAnswer:
        response: h11.Response | None = None
        body = bytearray()
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                data = await self._reader.read(_RECEIVE_BYTES)
                self.has_answered = self.has_answered or bool(data)
                self._protocol.receive_data(data)
            elif isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and response is not None:
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
                return ModelAnswer(response.status_code, headers, bytes(body))
            elif not isinstance(event, h11.InformationalResponse):
                raise ConnectionLostError("the connection was closed")

    def reusable(self) -> bool:
        if self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE:
            self._protocol.start_next_cycle()
            return True
        return False

    def close(self) -> None:
        self._writer.close()


class Pool:
    """The idle connections to one process, per event loop."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._idle: WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Connection]] = WeakKeyDictionary()

    async def post(self, headers: Mapping[str, str], body: bytes) -> ModelAnswer:
        """Send one invocation; ConnectionLostError if there is no process, or it ends before it has answered."""
        idle = self._idle.setdefault(asyncio.get_running_loop(), [])
        while idle:
            connection = idle.pop()
            try:
                return await self._exchange(connection, idle, headers, body)
            except ConnectionLostError:
                if connection.has_answered:  # else it was a connection to a process that has been replaced
                    raise
        return await self._exchange(await self._connect(), idle, headers, body)

    async def _connect(self) -> _Connection:
        try:
            return _Connection(*await asyncio.open_unix_connection(self._socket_path))
        except OSError as error:
            raise ConnectionLostError(str(error)) from error

    @staticmethod
    async def _exchange(
        connection: _Connection, idle: list[_Connection], headers: Mapping[str, str], body: bytes
    ) -> ModelAnswer:
        try:
            answer = await connection.exchange(headers, body)
        except (OSError, h11.ProtocolError) as error:
            connection.close()
            raise ConnectionLostError(str(error)) from error
        except BaseException:  # time is over, or the caller has gone: an answer may still come, to nobody
            connection.close()
            raise
        if connection.reusable():
            idle.append(connection)
        else:
            connection.close()
        return answer
