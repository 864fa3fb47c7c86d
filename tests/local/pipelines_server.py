"""The HTTP front of a cloud of pipelines, which knows who calls: SageMaker, S3, SQS, Lambda."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from local_cloud.sagemaker import api
from local_cloud.sagemaker.store import Database, Store
from tests.local.pipelines_cloud import ACCOUNT, REGION, Cloud


def serve(state_dir: Path) -> tuple[Cloud, ThreadingHTTPServer]:
    """Start a cloud on a free port of this machine."""
    cloud = Cloud(state_dir, Store(Database(state_dir / "sagemaker.sqlite"), ACCOUNT, REGION))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cloud": cloud}))
    server.daemon_threads = True
    cloud.endpoint_url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return cloud, server


class _Handler(BaseHTTPRequestHandler):
    cloud: Cloud
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._object(with_body=True)

    def do_HEAD(self) -> None:
        self._object(with_body=False)

    def _object(self, with_body: bool) -> None:
        content = self.cloud.objects.get(self.path.lstrip("/").partition("?")[0])
        self.cloud.calls.append((self._caller(), "s3:GetObject"))
        if content is None or "s3:GetObject" in self.cloud.denied:
            missing = content is None
            code = "NoSuchKey" if missing else "AccessDenied"
            self._answer(
                404 if missing else 403, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
            )
        else:
            self._answer(200, content if with_body else b"", {"ETag": '"e7a9"'}, length=len(content))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "")
        function = re.fullmatch(r"/2015-03-31/functions/(.+)/invocations", self.path)
        if function:
            self._invoke(function[1], body)
        elif target.startswith("AmazonSQS."):
            self.cloud.messages.append(json.loads(json.loads(body)["MessageBody"]))
            self._answer(200, b'{"MessageId": "1", "MD5OfMessageBody": ""}')
        else:
            self._sagemaker(target, body)

    def _sagemaker(self, target: str, body: bytes) -> None:
        action = f"sagemaker:{target.rpartition('.')[2]}"
        self.cloud.calls.append((self._caller(), action))
        planned = self.cloud.errors.get(action)
        if action in self.cloud.denied:
            message = f"User: {self._caller()} is not authorized to perform: {action}"
            self._error(400, "AccessDeniedException", message)
        elif planned:
            self._error(*planned.pop(0), "as planned")
        else:
            status, headers, answer = api.handle(target, body, self.cloud.call)
            self._answer(status, answer, headers)

    def _invoke(self, name: str, body: bytes) -> None:
        self.cloud.calls.append((self._caller(), "lambda:InvokeFunction"))
        function = self.cloud.functions[name.replace("%3A", ":").rpartition(":")[2]]
        try:
            self._answer(200, json.dumps(function(json.loads(body))).encode())
        except Exception as error:
            failure = json.dumps({"errorMessage": str(error)}).encode()
            self._answer(200, failure, {"X-Amz-Function-Error": "Unhandled"})

    def _caller(self) -> str:
        match = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        return match[1] if match else "nobody"

    def _error(self, status: int, code: str, message: str) -> None:
        body = json.dumps({"__type": code, "message": message}).encode()
        self._answer(status, body, {"x-amzn-errortype": code})

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output quiet."""
