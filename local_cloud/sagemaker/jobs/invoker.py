"""Ask a model's server, which listens on a Unix domain socket, for predictions."""

import http.client
import socket
from typing import Any

from local_cloud.sagemaker.jobs.failure import JobFailureError

_DEFAULT_SECONDS = 600  # InvocationsTimeoutInSeconds on AWS
_CLIENT_ERRORS = range(400, 500)


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("model", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Invoker:
    """Posts to /invocations; `config` is ModelClientConfig."""

    def __init__(self, path: str, content_type: str | None, accept: str | None, config: dict[str, Any]) -> None:
        self._path = path
        self._headers = {
            key: value for key, value in (("Content-Type", content_type), ("Accept", accept)) if value is not None
        }
        self._seconds = config.get("InvocationsTimeoutInSeconds", _DEFAULT_SECONDS)
        self._attempts = 1 + config.get("InvocationsMaxRetries", 0)

    def post(self, body: bytes) -> bytes:
        """Return the answer; JobFailureError after the last attempt, or at once if the request itself is wrong."""
        problem = ""
        for _ in range(self._attempts):
            connection = _SocketConnection(self._path, self._seconds)
            try:
                connection.request("POST", "/invocations", body, self._headers)
                response = connection.getresponse()
                content = response.read()
            except (OSError, http.client.HTTPException) as error:
                problem = f"no answer: {error}"
                continue
            finally:
                connection.close()
            if response.status == http.HTTPStatus.OK:
                return content
            problem = f"{response.status}: {content[:300].decode(errors='replace')}"
            if response.status in _CLIENT_ERRORS:
                break
        raise JobFailureError(f"AlgorithmError: Bad HTTP status received from algorithm: {problem}. See job logs.")
