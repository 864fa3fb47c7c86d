"""Write what became of a run: `labels.json`, once; then the manifest of labels, which follows from it."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from label import augmented
from label.reconcile import Published, RefusedError
from label.state import Object, Run
from label.steps import Publish
from label.storage import import_key, labelled_key
from label.terms import Terms
from label.verify import Given, Verified, figures, verify

LABELS = "labels.json"


class Store(Protocol):
    """What of the storage this needs."""

    def objects(self, use_case: str, kind: str) -> tuple[Object, ...]: ...  # noqa: D102
    def object_uri(self, use_case: str, name: str = "") -> str: ...  # noqa: D102
    def read(self, run: Run, name: str) -> str | None: ...  # noqa: D102
    def read_key(self, key: str) -> str | None: ...  # noqa: D102
    def read_uri(self, uri: str) -> str | None: ...  # noqa: D102
    def requests(self, run: Run, job: str) -> Any: ...  # noqa: D102
    def write(self, run: Run, name: str, text: str, *, once: bool = False) -> None: ...  # noqa: D102
    def write_key(self, key: str, text: str, *, once: bool = False) -> None: ...  # noqa: D102


def publish(storage: Store, step: Publish, terms: Terms) -> dict[str, Any]:
    """Return the decisive document: the first that was written, whoever wrote it, so that all that follows agrees."""
    run = step.run
    written = storage.read(run, LABELS)
    if written is None:
        verified = _imported(storage, run, terms) if run.imports else _labelled(storage, step, terms)
        storage.write(run, LABELS, json.dumps(_document(step, verified, terms)), once=True)
        written = storage.read(run, LABELS)
    if written is None:
        raise RuntimeError(f"{run.name}: {LABELS} was taken away")
    document: dict[str, Any] = json.loads(written)
    if document["lines"]:
        storage.write_key(labelled_key(run), augmented.write(document["lines"]))
    return document


def published(document: Mapping[str, Any]) -> Published:
    """Return what there is to say of the document."""
    counts = Counter(outcome for _, outcome, _, _ in document["outcomes"].values())
    parts = [f"{counts[name]} {name}" for name in ("labelled", "returned", "unclear") if counts[name]]
    if document["untouched"]:
        parts.append(f"{len(document['untouched'])} as before")
    agreement = document["figures"]["agreement"]
    if agreement is not None:
        parts.append(f"agreement {agreement:.3f}")
    return Published(", ".join(parts) or "nothing was labelled", document["usd"], document["doubtful"])


def _labelled(storage: Store, step: Publish, terms: Terms) -> Verified:
    run, job = step.run, step.job
    manifest, request = storage.read(run, "input.manifest"), storage.read(run, "request.json")
    if manifest is None or request is None or job is None:
        raise RefusedError("the run's request is not there any more")
    output = storage.read_uri(job.output) if job.output else None
    try:
        returned = augmented.read(output or "")
    except augmented.LineError as error:
        raise RefusedError(f"the job's output is no manifest: {error}") from error
    versions = {one.name: one.version for one in storage.objects(run.use_case, terms.objects)}
    given = Given(
        asked=augmented.read(manifest),
        returned=returned,
        requests=list(storage.requests(run, job.name)),
        versions=versions,
        refused={name: (one[0], one[1]) for name, one in json.loads(request)["refused"].items()},
        whole=job.status == "Completed",
    )
    return verify(given, terms)


def _imported(storage: Store, run: Run, terms: Terms) -> Verified:
    text = storage.read_key(import_key(run.use_case, run.imports))
    if text is None:
        raise RefusedError(f"{import_key(run.use_case, run.imports)} is not there; import it again")
    try:
        lines = augmented.read(text)
    except augmented.LineError as error:
        raise RefusedError(str(error)) from error
    versions = {one.name: one.version for one in storage.objects(run.use_case, terms.objects)}
    verified = Verified()
    for line in lines:
        name = augmented.name_of(line, storage.object_uri(run.use_case))
        strange = [one for one in augmented.classes(line, terms.attribute) if one not in terms.categories]
        if problem := augmented.failure(line, terms.attribute):
            verified.untouched[name] = problem
        elif strange:
            raise RefusedError(f"{name} is labelled {strange[0]!r}; allowed are {', '.join(terms.categories)}")
        else:
            verified.lines.append(line)
            verified.outcomes[name] = (versions.get(name, ""), "labelled", 0, "")
    verified.figures = figures(verified, {}, terms)
    return verified


def _document(step: Publish, verified: Verified, terms: Terms) -> dict[str, Any]:
    agreement = verified.figures["agreement"]
    shown = len(verified.outcomes) - sum(not attempts for _, _, attempts, _ in verified.outcomes.values())
    return {
        "run": step.run.name,
        "job": step.job.name if step.job else "",
        "imports": step.run.imports,
        "result": step.result,
        "task": terms.task,
        "how": terms.how,
        "categories": terms.categories,
        "usd": round(shown * terms.usd_per_object, 6),
        "minimum_agreement": terms.minimum_agreement,
        "minimum_confidence": terms.minimum_confidence,
        "doubtful": agreement is not None and agreement < terms.minimum_agreement,
        "figures": verified.figures,
        "untouched": verified.untouched,
        "outcomes": verified.outcomes,
        "lines": verified.lines,
    }
