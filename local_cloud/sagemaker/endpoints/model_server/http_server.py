"""HTTP/1.1 with keep-alive: a thread per connection, one prediction at a time.

The image runs one prediction per worker process too, because predicting is not thread-safe in every model. A health
check never waits for a prediction.
"""

import socket
import sys
import threading
import traceback

import h11

from local_cloud.sagemaker.endpoints.model_server.reply import Handler, Inquiry, Reply, text

MAX_BODY_BYTES = 6 * 1024 * 1024  # the image's MAX_CONTENT_LENGTH
_RECEIVE_BYTES = 65536


class Server:
    """Serves one model on a listening socket until the process ends."""

    def __init__(self, listener: socket.socket, handler: Handler, execution_parameters: bytes) -> None:
        self._listener = listener
        self._handler = handler
        self._execution_parameters = execution_parameters
        self._predicting = threading.Lock()

    def serve_forever(self) -> None:
        """Accept connections; each gets a thread of its own."""
        while True:
            connection, _ = self._listener.accept()
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        protocol = h11.Connection(h11.SERVER)
        with connection:
            try:
                while self._exchange(connection, protocol):
                    protocol.start_next_cycle()
            except (OSError, h11.ProtocolError) as error:
                if not isinstance(error, ConnectionError | BrokenPipeError):
                    print(f"connection dropped: {error}", file=sys.stderr, flush=True)

    def _exchange(self, connection: socket.socket, protocol: h11.Connection) -> bool:
        request = _next_event(connection, protocol)
        if not isinstance(request, h11.Request):
            return False
        body = bytearray()
        while isinstance(event := _next_event(connection, protocol), h11.Data):
            if len(body) <= MAX_BODY_BYTES:
                body += event.data
        if not isinstance(event, h11.EndOfMessage):
            return False
        _send(connection, protocol, self._answer(request, bytes(body)))
        return bool(protocol.our_state is h11.DONE and protocol.their_state is h11.DONE)

    def _answer(self, request: h11.Request, body: bytes) -> Reply:
        match request.method, request.target.partition(b"?")[0]:
            case b"GET", b"/ping":
                return text(200, "")
            case b"GET", b"/execution-parameters":
                return Reply(200, "application/json", self._execution_parameters)
            case b"POST", b"/invocations":
                return self._predict(request, body)
        return text(404, "Not Found")

    def _predict(self, request: h11.Request, body: bytes) -> Reply:
        if len(body) > MAX_BODY_BYTES:
            return text(413, "Request Entity Too Large")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        try:
            with self._predicting:
                return self._handler(Inquiry(body, headers))
        except Exception:  # whatever the model's code raises is its answer: 500, and the reason in the log
            traceback.print_exc()
            return text(500, "Internal Server Error")


def _next_event(connection: socket.socket, protocol: h11.Connection) -> object:
    while (event := protocol.next_event()) is h11.NEED_DATA:
        if protocol.they_are_waiting_for_100_continue:
            connection.sendall(protocol.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
        protocol.receive_data(connection.recv(_RECEIVE_BYTES))
    return event


def _send(connection: socket.socket, protocol: h11.Connection, reply: Reply) -> None:
    body = b"" if reply.status == 204 else reply.body  # noqa: PLR2004 - No Content
    headers = [("content-type", reply.content_type)]
    if reply.status != 204:  # noqa: PLR2004 - No Content
        headers.append(("content-length", str(len(body))))
    head = protocol.send(h11.Response(status_code=reply.status, headers=headers)) or b""
    data = (protocol.send(h11.Data(data=body)) or b"") if body else b""
    connection.sendall(head + data + (protocol.send(h11.EndOfMessage()) or b""))
