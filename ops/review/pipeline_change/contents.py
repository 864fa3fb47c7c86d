"""What a step of a pipeline does differently."""

import re
from collections.abc import Iterator, Mapping

from ops.assembly.model import Value
from ops.review.model import Class, Found, Severity
from ops.review.pipeline_change.definition import Step
from ops.review.pipeline_change.matched import leaves
from ops.review.sizes import smaller
from ops.review.source.changed import HASH
from ops.review.values import number, shown

_HIGH, _MEDIUM, _LOW, _INFO = Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO
Leaf = tuple[str, Value, Value]  # path, before, after
# The first that fits: what it is about, and how much a reviewer should care. One sentence says what several values say.
_TOPICS: tuple[tuple[str, str, Severity], ...] = (
    (r"(^|\.)(Description|DisplayName|ModelPackageDescription)$|(^|\.)Tags\.", "words", _INFO),
    (r"(ImageUri|TrainingImage|\.Image|AlgorithmName)$", "the image", _MEDIUM),
    (r"InstanceType$", "the instance type", _LOW),
    (r"InstanceCount$", "the number of instances", _LOW),
    (r"VolumeSizeInGB$", "the volume, in GB", _LOW),
    (r"HyperParameters?\.", "hyperparameters", _MEDIUM),
    (r"ParameterRanges|ResourceLimits|HyperParameterTuning", "the search for hyperparameters", _MEDIUM),
    (r"^CacheConfig", "the cache", _LOW),
    (r"^RetryPolicies", "retries", _LOW),
    (r"(MaxRuntimeInSeconds|MaxWaitTimeInSeconds)$", "the longest time, in s", _LOW),
    (r"RoleArn$", "the role", _MEDIUM),
    (r"Environment\.", "environment variables", _LOW),
    (r"(ContainerEntrypoint|ContainerArguments)", "what is called", _MEDIUM),
    (r"(ProcessingInputs|InputDataConfig|Inputs)\.", "inputs", _MEDIUM),
    (r"(ProcessingOutputConfig|OutputDataConfig|Outputs)\.", "outputs", _MEDIUM),
    (r"CustomerMetadataProperties\.", "metadata of the model package", _LOW),
    (r"(ModelMetrics|DriftCheckBaselines)\.", "metrics and baselines of the model package", _MEDIUM),
    (r"VpcConfig\.", "the network", _LOW),
    (r"", "other arguments", _LOW),
)
_GUARDED = re.compile(
    r"(EnableNetworkIsolation|EnableInterContainerTrafficEncryption|KmsKeyId|VolumeKmsKeyId|VpcConfig\.(Subnets|SecurityGroupIds))$"
)
_SKIPS = re.compile(r"^(Arguments\.)?SkipCheck$")
_CHECKED = re.compile(r"^Arguments\.Conditions")
_APPROVAL = re.compile(r"ModelApprovalStatus$")


def found(was: Step, becomes: Step, code: dict[tuple[str, str], list[str]], paths: tuple[str, ...]) -> Iterator[Found]:
    """Yield what changes in a step; assets that change go into `code`, with the step, for their files to be told."""
    topics: dict[str, list[Leaf]] = {}
    for leaf in _differences(was.content, becomes.content):
        path = leaf[0]
        if _renamed_assets(leaf, code, becomes.name) or _guard_lost(leaf):
            continue
        if _CHECKED.match(path) and becomes.type == "Condition":
            continue
        special = _special(becomes.name, leaf, paths)
        if special is not None:
            yield special
        else:
            topics.setdefault(_topic(path)[0], []).append(leaf)
    for _, topic, severity in _TOPICS:
        if topic in topics:
            yield _of_topic(becomes.name, topic, severity, topics[topic], paths)


def _differences(was: Mapping[str, Value], becomes: Mapping[str, Value]) -> Iterator[Leaf]:
    old, new = leaves(was), leaves(becomes)
    for path in [*old, *(path for path in new if path not in old)]:
        if old.get(path) != new.get(path):
            yield path, old.get(path), new.get(path)


def _renamed_assets(leaf: Leaf, code: dict[tuple[str, str], list[str]], step: str) -> bool:
    old, new = str(leaf[1]), str(leaf[2])
    if leaf[1] is None or leaf[2] is None or HASH.sub("#", old) != HASH.sub("#", new):
        return False
    for pair in zip(HASH.findall(old), HASH.findall(new), strict=True):
        if pair[0] != pair[1]:
            code.setdefault(pair, []).append(step)
    return True


def _topic(path: str) -> tuple[str, Severity]:
    return next((topic, severity) for pattern, topic, severity in _TOPICS if re.search(pattern, path))


def _guard_lost(leaf: Leaf) -> bool:
    """Return whether isolation or encryption goes: `ops.review.exposure` says so, of jobs and of all else."""
    path, old, new = leaf
    return bool(_GUARDED.search(path)) and old not in (None, False, "") and new in (None, False, "", [])


def _special(step: str, leaf: Leaf, paths: tuple[str, ...]) -> Found | None:
    path, old, new = leaf
    if _SKIPS.search(path) and new is True:
        return Found(Class.PIPELINE, _HIGH, f"The check {step} is skipped from now on: worse models pass", paths)
    if _APPROVAL.search(path) and new == "Approved":
        text = f"Step {step} registers models as Approved, until now {shown(old)}: they go live without a person"
        return Found(Class.PIPELINE, _HIGH, text, paths)
    return None


def _of_topic(step: str, topic: str, severity: Severity, changed: list[Leaf], paths: tuple[str, ...]) -> Found:
    if topic == "words":
        names = ", ".join(path for path, _, _ in changed)
        return Found(Class.METADATA, severity, f"Step {step} is described otherwise: {names}", paths)
    told = ", ".join(_told(leaf, changed) for leaf in changed[:8])
    more = f" and {len(changed) - 8} more" if len(changed) > 8 else ""  # noqa: PLR2004
    less = _less(topic, changed)
    return Found(
        Class.PIPELINE, _MEDIUM if less else severity, f"Step {step} changes {topic}: {told}{more}{less}", paths
    )


def _told(leaf: Leaf, changed: list[Leaf]) -> str:
    path, old, new = leaf
    last = [one.rpartition(".")[2] for one, _, _ in changed]
    short = path.rpartition(".")[2]
    if last.count(short) > 1:
        short = ".".join(path.split(".")[-2:])
    if isinstance(old, list) and isinstance(new, list):
        gone, more = ([one for one in a if one not in b] for a, b in ((old, new), (new, old)))
        parts = [f"{says} {shown(ones)}" for says, ones in (("without", gone), ("with", more)) if ones]
        return f"{short} {len(old)} -> {len(new)}, {' and '.join(parts) or 'in another order'}"
    return f"{short} {shown(_plain(old))} -> {shown(_plain(new))}"


def _plain(value: Value) -> Value:
    return value["Get"] if isinstance(value, Mapping) and "Get" in value else value


def _less(topic: str, changed: list[Leaf]) -> str:
    _, old, new = changed[0]
    if topic == "the instance type" and smaller(old, new):
        return ", which is smaller"
    before, after = number(old), number(new)
    if topic == "the longest time, in s" and before is not None and after is not None and after < before:
        return ": what takes longer is stopped and fails"
    return ""
