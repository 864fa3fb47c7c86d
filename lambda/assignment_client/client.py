"""Asks an endpoint: chooses the variant, names the request, and records who answered."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from .live_split import SECONDS, LiveSplit
from .recorder import Recorder
from .sticky import Split, assigned, pseudonym

# What is not the endpoint may cost a request this much: seconds to connect, seconds to answer, and one try.
_BESIDE = {"sagemaker": (0.5, 1.0), "sqs": (0.3, 0.5)}


@dataclass(frozen=True)
class Answer:
    """What the endpoint answered, which variant did, and the id by which captures and outcomes know the request."""

    body: bytes
    content_type: str
    variant: str
    inference_id: str


def _nobody(*_: object) -> None:
    """Tell nobody; the log knows."""


class Client:
    """The endpoint of a use case. Threads may share one; it answers whatever else is down but the endpoint.

    Args:
        environment: such as `prod`.
        use_case: name of its folder, `flight_delays`.
        sticky: whether a user keeps a variant; else, and for requests without a user, the endpoint draws by weight.
        queue_url: of the queue of exposures (output `AssignmentQueueUrl` of the control stack); None: there are no
            records.
        clients: returns a client of a service, `sagemaker-runtime`, `sagemaker` or `sqs`; by default botocore's, with
            short timeouts for the last two.
        lost: told how many exposures are lost, and why; `unread`: told why the weights could not be read. The log
            (`logging`) is told in any case.
        seconds: for how long weights are remembered.
    """

    def __init__(
        self,
        environment: str,
        use_case: str,
        *,
        sticky: bool,
        queue_url: str | None = None,
        clients: Callable[[str], Any] | None = None,
        lost: Callable[[int, str], None] = _nobody,
        unread: Callable[[str], None] = _nobody,
        seconds: float = SECONDS,
    ) -> None:
        self.endpoint = f"{environment}-{use_case.replace('_', '-')}"
        self._use_case, self._sticky = use_case, sticky
        self._clients = cache(clients or _client)
        self._live = LiveSplit(self.endpoint, lambda: self._clients("sagemaker"), failed=unread, seconds=seconds)
        self._recorder = Recorder(queue_url, lambda: self._clients("sqs"), lost=lost) if queue_url else None

    def ask(
        self,
        body: bytes | str,
        *,
        content_type: str = "application/json",
        accept: str | None = None,
        user: str | None = None,
        inference_id: str | None = None,
    ) -> Answer:
        """Ask about what `body` holds.

        Args:
            body: as the endpoint takes it; content_type, accept: of the request and of the answer.
            user: any text that stays the same for a user. It is hashed, and goes nowhere.
            inference_id: of 64 printable characters at most, new for each request, and the same when a request that
                failed is sent again, so that it counts once; left out: a random one.

        Raises:
            botocore.exceptions.ClientError: the endpoint or its model refused, or failed.
            botocore.exceptions.BotoCoreError: the endpoint could not be reached.
        """
        split = self._live.read()
        # Without a share there is nothing to choose, and the endpoint knows best what it has.
        variant = assigned(split, user) if self._sticky and user and split and split.share else None
        inference_id = inference_id or str(uuid.uuid4())
        request = {"Body": body, "ContentType": content_type, "InferenceId": inference_id}
        said = self._invoke(request | ({"Accept": accept} if accept else {}), variant)
        answer = Answer(
            said["Body"].read(), said.get("ContentType", ""), said.get("InvokedProductionVariant", ""), inference_id
        )
        if self._recorder and (split is None or split.share):
            self._recorder.record(self._exposure(answer, split, variant, user))
        return answer

    def flush(self, seconds: float = 1.0) -> bool:
        """Wait until exposures are sent, at most so long; return whether they are. For when a program ends."""
        return self._recorder is None or self._recorder.flush(seconds)

    def _invoke(self, request: dict[str, Any], variant: str | None) -> dict[str, Any]:
        runtime = self._clients("sagemaker-runtime")
        if variant:
            try:
                return dict(runtime.invoke_endpoint(EndpointName=self.endpoint, TargetVariant=variant, **request))
            except ClientError as error:
                if error.response["Error"]["Code"] != "ValidationError":
                    raise
                # A release took the variant away. If it was something else, the same comes again without it.
                self._live.doubt()
        return dict(runtime.invoke_endpoint(EndpointName=self.endpoint, **request))

    def _exposure(self, answer: Answer, split: Split | None, variant: str | None, user: str | None) -> str:
        return json.dumps(
            {
                "kind": "exposure",
                "use_case": self._use_case,
                "inference_id": answer.inference_id,
                "user": pseudonym(split.salt, user) if user and split else None,
                "assigned": variant,
                "answered": answer.variant,
                "share": split.share if split else None,
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }
        )


def _client(service: str) -> Any:
    import botocore.session
    from botocore.config import Config

    if service in _BESIDE:
        connect, read = _BESIDE[service]
        config = Config(connect_timeout=connect, read_timeout=read, retries={"total_max_attempts": 1})
    else:
        config = Config(retries={"mode": "standard"})
    return botocore.session.get_session().create_client(service, config=config)
