"""`python -m ops monitor report`: which runs it takes, and what it says of them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.monitor import distributions, over_time
from ops.monitor.runs import Run, bring
from ops.monitor.variants import Variant
from ops.monitor.violations import of_variant
from ops.target import OperationError, Target
from pipelines_src.steps import files
from pipelines_src.steps.monitoring import documents
from tests.unit import monitoring_kit

PREFIX = "flight_delays/monitoring"
BASELINE = monitoring_kit.profile({"load": [0.1, 0.2, 0.3] * 40, "site": ["north", "south", "south"] * 40})
WINDOW = monitoring_kit.profile({"load": [0.7, 0.8, 0.9] * 40, "site": ["north", "east", "east"] * 40})


def finding(feature: str, check: str, value: float, threshold: float, violated: bool = True) -> dict[str, Any]:
    return {
        "feature": feature, "check": check, "description": "", "violated": violated, "value": value,
        "threshold": threshold, "probability": 0.001,
    }  # fmt: skip


def report(start: str = "2026-01-01T00:00:00+00:00", distance: float = 0.4) -> dict[str, Any]:
    """A report of a champion whose load has moved."""
    column = {
        "rows": 120, "completeness": 1.0, "baseline_completeness": 1.0, "type": "Fractional", "type_match": 1.0,
        "unseen": None, "kinds": {}, "compared": {}, "distances": {"simple": distance, "psi": 1.0},
    }  # fmt: skip
    data = {
        "rows": 120, "bad": {"lines": 1, "bodies": 0, "records": 2, "files": []}, "baseline": True,
        "features": {"load": column, "site": {**column, "distances": None}},
        "findings": [
            finding("load", "baseline_drift_check", distance, 0.1),
            finding("site", "categorical_values_check", 0.33, 0.99),
            finding("site", "completeness_check", 1.0, 0.99, violated=False),
        ],
    }  # fmt: skip
    end = start.replace("T00", "T23")
    variants = {"champion": {"records": 120, "violations": 2, "monitors": {"data_quality": data}}}
    return {"endpoint": "dev-flight-delays", "from": start, "until": end, "alpha": 0.01, "variants": variants}


def left(folder: Path, **changes: Any) -> Path:
    """What a run left, with its baseline beside it."""
    data = folder / "monitoring" / "champion" / "data_quality"
    for place, profile in ((data, WINDOW), (folder / "baseline", BASELINE)):
        place.mkdir(parents=True)
        files.write_json(place / "statistics.json", documents.statistics(profile))
        files.write_json(place / "constraints.json", documents.constraints(profile))
    (folder / "monitoring" / "report.json").write_text(json.dumps(report(**changes)))
    return folder


class Bucket:
    """S3 with the files of a folder, below a prefix."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _keys(self, prefix: str) -> list[str]:
        keys = (str(path.relative_to(self._folder)) for path in sorted(self._folder.rglob("*")) if path.is_file())
        return [key for key in keys if key.startswith(prefix)]

    def get_paginator(self, _: str) -> "Bucket":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803 - as S3 calls them
        assert Bucket == "processed"
        return [{"Contents": [{"Key": key} for key in self._keys(Prefix)]}]

    def list_objects_v2(self, *, Bucket: str, Prefix: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "processed"
        return {"KeyCount": len(self._keys(Prefix))}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "processed"
        return {"Body": io.BytesIO((self._folder / Key).read_bytes())}

    def download_file(self, bucket: str, key: str, path: str) -> None:
        assert bucket == "processed"
        Path(path).write_bytes((self._folder / key).read_bytes())


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """An environment with three runs, the newest without a report, and their baseline elsewhere in the bucket."""
    bucket = tmp_path / "bucket"
    for number, day in enumerate(("01", "02"), start=1):
        run = left(bucket / PREFIX / f"00000{number}-champion", start=f"2026-01-{day}T00:00:00+00:00")
        (run / "request").mkdir()
        names = [{"prefix": "s3://processed/flight_delays/x/baseline/"}, "statistics.json", "constraints.json"]
        (run / "request" / "baseline.manifest").write_text(json.dumps(names))
    (bucket / "flight_delays" / "x").mkdir()
    (run / "baseline").rename(bucket / "flight_delays" / "x" / "baseline")
    (bucket / PREFIX / "000003-champion" / "request").mkdir(parents=True)
    (bucket / PREFIX / "000003-champion" / "request" / "request.json").write_text("{}")
    found = Target.of("dev", "flight_delays")
    found.__dict__["s3"] = Bucket(bucket)
    monkeypatch.setattr(Target, "bucket", lambda *_: "processed")
    return found


def test_the_newest_runs_are_those_that_left_a_report(target: Target, tmp_path: Path) -> None:
    found = bring(target, [], 30, None, tmp_path / "scratch")
    assert [run.name for run in found] == ["000001-champion", "000002-champion"]
    assert [run.name for run in bring(target, [], 1, None, tmp_path / "again")] == ["000002-champion"]
    assert found[1].window == "2026-01-02 00:00 to 2026-01-02 23:00"
    assert set(found[0].baseline) == {"load", "site"}  # where the run says that it was compared with
    assert found[0].captured("champion")["load"].ranks is not None


def test_a_run_is_named_or_lies_in_a_folder_or_in_s3(target: Target, tmp_path: Path) -> None:
    local = left(tmp_path / "mine", start="2025-12-31T00:00:00+00:00")
    places = ["000002-champion", f"s3://processed/{PREFIX}/000001-champion/", str(local / "monitoring")]
    found = bring(target, places, 30, None, tmp_path / "scratch")
    assert [run.name for run in found] == ["mine", "000001-champion", "000002-champion"]  # by their windows
    assert all(run.baseline for run in found)
    [given] = bring(target, [str(local)], 30, str(tmp_path / "mine" / "baseline"), tmp_path / "again")
    assert given.baseline["site"].categories == {"north": 40, "south": 80}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, r"There is no report.json in .*: no run of a monitor, or one that failed"),
        ("{", r"report.json is none of a monitor: Expecting"),
        ('{"variants": {}}', r"it has no variants, from, until or alpha"),
        ("[]", r"report.json is none of a monitor"),
    ],
)
def test_what_is_no_run_is_said(target: Target, tmp_path: Path, content: str | None, said: str) -> None:
    place = tmp_path / "odd"
    place.mkdir()
    if content is not None:
        (place / "report.json").write_text(content)
    with pytest.raises(OperationError, match=said):
        bring(target, [str(place)], 30, None, tmp_path / "scratch")


def test_where_nothing_ran_a_person_is_told_where_to_look(tmp_path: Path, target: Target) -> None:
    target.__dict__["s3"] = Bucket(tmp_path / "nothing")
    with pytest.raises(OperationError, match=r"No run of a monitor has left a report below s3://processed/flight_del"):
        bring(target, [], 30, None, tmp_path / "scratch")
    with pytest.raises((OperationError, ClientError), match="nothing below"):
        bring(target, ["000009-champion"], 30, None, tmp_path / "scratch")


def test_violations_of_predictions_come_first_and_then_the_worst() -> None:
    variant = report()["variants"]["champion"]
    figures = {
        "auc": {"value": 0.6, "baseline": 0.7, "tolerance": 0.02, "probability": 0.0, "violated": True},
        "f1": {"value": 0.6, "baseline": 0.6, "tolerance": 0.02, "probability": 1.0, "violated": False},
    }
    errors = {"mae": {"value": 3.0, "baseline": 2.0, "tolerance": 0.5, "probability": 0.0, "violated": True}}
    di = {"value": 0.5, "baseline": 0.95, "tolerance": 0.05, "probability": 0.0, "violated": True}
    variant["monitors"] |= {
        "model_quality": {"figures": figures, "findings": []},
        "bias": {"site=south": {"DI": di}, "age>=10": {"why": "few"}, "findings": []},
        "explainability": {"ndcg": 0.7, "wanted": 0.9, "violated": True, "findings": []},
    }
    found = of_variant(variant, "dev pumps")
    assert [one.subject for one in found] == ["auc", "site", "load", "site=south: DI", "order of features"]
    auc, site, load, bias, order = found
    assert (round(auc.tolerated, 3), round(auc.beyond, 3)) == (0.68, 0.08)
    assert "release history dev pumps" in auc.todo
    assert round(site.beyond, 2) == 0.66
    assert (load.tolerated, round(load.beyond, 2)) == (0.1, 0.3)
    assert round(bias.tolerated, 2) == 0.9  # as far from 1, where there is no bias, as 0.95, and 0.05 more
    assert round(bias.beyond, 2) == 0.4
    assert order.probability is None
    [mae] = of_variant({"monitors": {"model_quality": {"figures": errors, "findings": []}}}, "dev pumps")
    assert (mae.tolerated, mae.beyond, mae.what) == (2.5, 0.5, "predictions are farther off")


def test_a_variant_is_as_the_newest_run_of_each_monitor_has_it(tmp_path: Path) -> None:
    earlier, later = report(distance=0.2), report("2026-02-01T00:00:00+00:00")
    earlier["variants"]["champion"]["monitors"]["model_quality"] = {
        "predictions": 9, "labelled": 9, "invalid": 0, "why": "9 outcomes are known, fewer than 10", "findings": [],
    }  # fmt: skip
    runs = [Run("a", earlier, tmp_path), Run("b", later, tmp_path)]
    variant = Variant.newest("champion", runs, "dev pumps")
    assert variant.runs["data_quality"].name == "b"
    assert variant.runs["model_quality"].name == "a"
    said = {monitor: what for monitor, _, what in variant.looked_at}
    assert said == {
        "data quality": "120 records, 3 bad",
        "model quality": "nothing is said: 9 outcomes are known, fewer than 10",
    }
    assert [column.name for column in variant.columns] == ["load", "site"]
    [heat] = over_time.heat_maps(runs, ["champion"])
    assert [(name, [cell.distance for cell in cells]) for name, cells in heat.rows] == [("load", [0.2, 0.4])]
    assert [cell.heat for cell in heat.rows[0][1]] == [0.4, 0.8]
    assert over_time.quality(runs, ["champion"]) is None


def test_windows_of_hours_are_told_apart_by_their_hours(tmp_path: Path) -> None:
    hours = [Run(str(hour), report(f"2026-01-01T0{hour}:00:00+00:00"), tmp_path) for hour in (1, 2)]
    [heat] = over_time.heat_maps(hours, ["champion"])
    assert list(heat.windows) == ["2026-01-01 01:00", "2026-01-01 02:00"]


def test_distributions_say_where_they_are_farthest_apart(tmp_path: Path) -> None:
    [run] = bring(Target.of("dev", "flight_delays"), [str(left(tmp_path / "run"))], 1, None, tmp_path / "scratch")
    captured = run.captured("champion")
    numbers = distributions.distribution(run.baseline["load"], captured["load"])
    assert numbers
    assert "up to 0.3 lie 100.0% of the baseline's values and 0.0% of the window's" in numbers.caption
    texts = distributions.distribution(run.baseline["site"], captured["site"])
    assert texts
    assert "80 values are of new ones" in texts.caption
    assert "east (new)" in texts.svg
    assert distributions.distribution(run.baseline["load"], captured["site"]) is None
    variant = Variant.newest("champion", [run], "dev flight_delays")
    assert variant.new_categories == [("site", "east (80)")]
    assert len(variant.distributions) == 2


def test_names_are_texts_and_nothing_else() -> None:
    odd = ["$\\frac{", "<b>&", "x" * 200]
    seen = [monitoring_kit.baseline({"$a_$": values * 40}).fields[0] for values in (odd, odd[1:])]
    picture = distributions.distribution(*seen)
    assert picture
    assert "$\\frac{" in picture.svg
    assert "&lt;b&gt;&amp;" in picture.svg
    assert "x" * 27 + "…" in picture.svg


def test_many_different_numbers_are_bins_and_whole_ones_none_between() -> None:
    spread = monitoring_kit.baseline(
        {"x": [value / 7 for value in range(500)], "n": [value * 3 for value in range(200)]}
    )
    by_name = {field.name: field for field in spread.fields}
    for name in ("x", "n"):
        picture = distributions.distribution(by_name[name], by_name[name])
        assert picture
        assert "farther apart: 0.000" in picture.caption
    edges = distributions._edges(0.0, 597.0, whole=True)
    assert (edges % 1 == 0.5).all()
    assert len(set(edges[1:] - edges[:-1])) == 1
