"""From the parts of all machines to what a run of the monitor leaves: files of each variant, metrics and the report."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from .. import engines, files
from ..folders import Folders
from ..use_case import Document, UseCase
from . import data_quality, expected, metrics
from .data_quality import Result
from .parts import Parts, joins
from .profile import Profile
from .request import Request

REPORT, METRICS, VIOLATIONS = "report.json", "metrics.json", "constraint_violations.json"


def write(use_case: UseCase, folders: Folders, request: Request, parts: Parts, target: Path) -> None:
    """Write what the parts come to.

    Args:
        use_case: whose endpoint.
        folders: with the inputs baseline, ground_truth, model and reference, as far as there are any.
        request: what is asked for.
        parts: of all machines.
        target: folder of the output.
    """
    profiles = parts.profiles()
    results: dict[str, dict[str, Result]] = {variant: {} for variant in profiles}
    if "data_quality" in request.monitors:
        baseline = expected.read(folders.input("baseline"))
        for variant, profile in profiles.items():
            results[variant][data_quality.NAME] = data_quality.result(baseline, profile, request)
    if joins(request, use_case, truth=folders.input("ground_truth").exists()):
        periods = {variant: profile.periods for variant, profile in profiles.items()}
        _of_answers(use_case, folders, request, parts, results, periods)
    if "explainability" in request.monitors and folders.input("model").exists():
        from . import explained  # imports XGBoost, which takes as long as sketching an hour of captures

        for variant, found in results.items():
            found["explainability"] = explained.result(
                parts.sample(variant), variant, folders, request, profiles[variant].periods
            )
    for variant, found in results.items():
        _write(target / variant, found)
    files.write_json(target / REPORT, _report(use_case, request, profiles, results))  # last: where it is, the rest is
    for variant, found in results.items():
        count = sum(_violations(result) for result in found.values())
        print(
            f"{variant}: {profiles[variant].rows} records, {profiles[variant].bad.total} bad, {count} violations",
            flush=True,
        )


def _of_answers(
    use_case: UseCase,
    folders: Folders,
    request: Request,
    parts: Parts,
    results: Mapping[str, dict[str, Result]],
    periods: Mapping[str, Mapping[str, int]],
) -> None:
    from . import answered, bias, quality  # import pandas and scikit-learn

    facets = request.facets if "bias" in request.monitors else ()
    truth = folders.input("ground_truth")
    with engines.opened("processing", folders) as engine, _together(parts) as folder:
        columns = list(answered.reader(folder, use_case, facets, request.window).columns)
        captured = engine.read("captured", folder, columns)
        table, invalid = answered.joined(engine, captured, truth if truth.exists() else None, use_case, request.window)
        before = quality.baseline_of(folders.input("quality"))
        for variant, found in results.items():
            arrays = answered.arrays(engine, table, variant, facets)
            if "model_quality" in request.monitors and truth.exists():
                bad = invalid.get(variant, 0)
                found[quality.NAME] = quality.result(arrays, use_case, before, request, bad, periods[variant])
            if facets and use_case.problem == "binary_classification":
                from . import explained

                reference = explained.reference(variant, folders, facets)
                found[bias.NAME] = bias.result(arrays, reference, request, periods[variant])


@contextmanager
def _together(parts: Parts) -> Iterator[Path]:
    """Give a folder with the answers of all machines and nothing else."""
    with tempfile.TemporaryDirectory(prefix="answers-") as temporary:
        for path in parts.answers():
            (Path(temporary) / path.name).symlink_to(path)
        yield Path(temporary)


def _write(folder: Path, found: Mapping[str, Result]) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    for monitor, result in found.items():
        (folder / monitor).mkdir(parents=True)
        for name, document in result.files.items():
            files.write_json(folder / monitor / name, document)
    folder.mkdir(parents=True, exist_ok=True)
    listed = [metric for result in found.values() for metric in result.metrics]
    files.write_json(folder / METRICS, metrics.document(listed))


def _violations(result: Result) -> int:
    return len(result.files.get(VIOLATIONS, {}).get("violations", []))


def _report(
    use_case: UseCase, request: Request, profiles: Mapping[str, Profile], results: Mapping[str, Mapping[str, Result]]
) -> Document:
    return {
        "use_case": use_case.name,
        "endpoint": request.endpoint,
        "from": request.window.start,
        "until": request.window.end,
        "rules": request.rules,
        "alpha": request.alpha,
        "tolerances": dict(request.tolerances),
        "variants": {
            variant: {
                "records": profiles[variant].rows,
                "bad": asdict(profiles[variant].bad),
                "violations": sum(_violations(result) for result in found.values()),
                "monitors": {
                    monitor: result.report | {"findings": [finding.to_document() for finding in result.findings]}
                    for monitor, result in found.items()
                },
            }
            for variant, found in results.items()
        },
    }
