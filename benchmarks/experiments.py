"""How often experiments decide falsely when somebody looks after every batch, and how many records they need.

Peers in the same run, on the same records: the z test repeated at every look, stratified and of pooled records; the
test of one look at the end; group sequential looks (O'Brien and Fleming's bounds); and the exact test for counts.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist

import numpy as np

from benchmarks import experiment_auc, experiment_guards, experiment_plot, experiment_shares
from benchmarks.experiment_auc import AucWorld
from benchmarks.experiment_results import ALPHA, MEDIAN, Alarms, Delay, FalseDecisions, SampleSize
from benchmarks.experiment_worlds import BASELINE, BATCH, Arm, Array, Strata, Walk, World, walk
from benchmarks.group_sequential import bound
from experiment.confidence_sequence import interval, rho
from experiment.e_process import Batch, path
from experiment.first_passage import passage
from experiment.strata import Stratum, difference

POWER = 0.8
EXPERIMENTS, FIXED, MINIMUM = 5000, 40, 100
EXACT = 300  # experiments decided by the exact test as well, which is not vectorised
WORLDS = (
    World("rate", True),
    World("log loss", False),
    World("rate, ramp and drift", True, True, True),
    World("log loss, ramp and drift", False, True, True),
)
AUC_WORLDS = (AucWorld("AUC"), AucWorld("AUC, ramp and drift", True, True))
_Z = NormalDist().inv_cdf(1 - ALPHA / 2)


def run(out: Path, experiments: int = EXPERIMENTS) -> tuple[list[FalseDecisions], list[SampleSize]]:
    """Simulate experiments without and with an effect, and plot both into a folder."""
    false = [_false(world, experiments, seed) for seed, world in enumerate(WORLDS)]
    false += [_false_auc(world, experiments, seed) for seed, world in enumerate(AUC_WORLDS)]
    sizes = [_size(world, times, experiments, seed) for seed, world in enumerate(WORLDS[:2]) for times in MEDIAN]
    experiment_plot.write(false, sizes, out / "experiments.png")
    return false, sizes


def safety(experiments: int = EXPERIMENTS) -> tuple[list[Alarms], list[Delay]]:
    """Simulate what stops an experiment: guards, and shares of the records; with faults in fewer experiments."""
    some = max(experiments // 10, 20)
    alarms = [experiment_guards.alarms(2 * experiments // 5), experiment_shares.alarms(2 * experiments // 5)]
    return alarms, [*experiment_guards.delays(some), *experiment_shares.delays(some)]


def _looks() -> int:
    """Return how many looks are more than the planned maximum exposure, by a tenth, for looks are not at all times."""
    needed = passage(ALPHA, POWER)
    return math.ceil(1.1 * FIXED * needed.quantile / needed.fixed)


def tuning(world: World | AucWorld) -> float:
    """Return the sequence's parameter for a plan of FIXED batches."""
    return rho(FIXED * BATCH / 4 * world.deviation**2, ALPHA)


def crossed(seen: Walk, tuned: float) -> Array:
    """Return at which looks 0 is outside of the interval: `confidence_sequence.interval` for all of them at once."""
    clock = seen.variance + tuned
    outside: Array = seen.score**2 >= clock * (np.log(clock / tuned) - 2 * math.log(ALPHA))
    return outside & (seen.least >= MINIMUM)


def agrees(arms: Sequence[Arm | experiment_auc.Arm], strata: Strata, tuned: float, decided: Array) -> bool:
    """Whether what ships decides alike: at 200 looks, and at the first 200 that decide."""
    source = np.random.default_rng(0)
    looks = [*zip(*(source.integers(0, size, 200) for size in decided.shape), strict=True), *np.argwhere(decided)[:200]]
    for row, look in looks:
        seen = difference(
            Stratum(share, *(arm.kept(row, begin, min(end, look + 1)) for arm in arms))
            for share, begin, end in strata
            if begin <= look
        )
        found = interval(seen, tuned, ALPHA)
        least = min(arm.kept(row, 0, look + 1).n for arm in arms)
        if bool(decided[row, look]) != (not found.low < 0 < found.high and least >= MINIMUM):
            return False
    return True


def _false(world: World, experiments: int, seed: int) -> FalseDecisions:
    looks = _looks()
    arms = world.simulate(experiments, looks, 0.0, seed)
    return _shares(world, arms, walk(*arms, world.strata(looks)), walk(*arms, [(0.5, 0, looks)]))


def _false_auc(world: AucWorld, experiments: int, seed: int) -> FalseDecisions:
    looks = _looks()
    arms = world.simulate(experiments, looks, seed)
    seen, pooled = (experiment_auc.walk(*arms, strata) for strata in (world.strata(looks), [(0.5, 0, looks)]))
    return _shares(world, arms, seen, pooled)


def _shares(
    world: World | AucWorld, arms: Sequence[Arm | experiment_auc.Arm], seen: Walk, pooled: Walk
) -> FalseDecisions:
    ours = crossed(seen, tuning(world))
    experiments, looks = ours.shape
    if not agrees(arms, world.strata(looks), tuning(world), ours):
        raise AssertionError(f"{world.name}: the simulation and lambda/experiment decide differently")
    tests = (ours, *(repeated(some) for some in (seen, pooled)))
    return FalseDecisions(world.name, experiments, *(_by_look(test) for test in tests))


def repeated(seen: Walk) -> Array:
    """Return at which looks a z test of one look would find a difference."""
    return (seen.score**2 >= _Z**2 * seen.variance) & (seen.least >= MINIMUM)


def _by_look(decided: Array) -> list[float]:
    return [float(share) for share in np.maximum.accumulate(decided, axis=1).mean(axis=0)]


def _size(world: World, times: int, experiments: int, seed: int) -> SampleSize:
    looks = _looks()
    planned = world.effect(passage(ALPHA, POWER).fixed, FIXED)
    arms = world.simulate(experiments, looks, times * planned, 100 + seed)
    seen = walk(*arms, world.strata(looks))
    decided = crossed(seen, tuning(world)) & (seen.score > 0)
    z = seen.score / np.sqrt(seen.variance)
    group = np.zeros_like(decided)
    group_looks, group_bound, inflation = bound(ALPHA, POWER)
    for at in range(1, group_looks + 1):
        look = min(round(at * FIXED * inflation / group_looks), looks) - 1
        group[:, look] = z[:, look] >= group_bound * math.sqrt(group_looks / at)
    ours, exact = _records(decided, looks), _exact(arms, looks) if world.binary else None
    return SampleSize(
        world.name,
        times,
        float((z[:, FIXED - 1] >= _Z).mean()),
        *ours,
        *_records(group, round(FIXED * inflation)),
        *(exact or (None, None)),
    )


def _records(decided: Array, most: int) -> tuple[list[float], float]:
    """Return the records until the first decision, in fixed-horizon samples, and the share of decisions."""
    ever = decided.any(axis=1)
    first = np.where(ever, decided.argmax(axis=1) + 1, most)
    return [float(value) for value in first / FIXED], float(ever.mean())


def _exact(arms: tuple[Arm, Arm], looks: int) -> tuple[list[float], float]:
    decided = np.zeros((min(EXACT, len(arms[0].n)), looks), dtype=bool)
    for at in range(len(decided)):
        counts = [[int(value) for value in sums[at]] for arm in arms for sums in (arm.n, arm.total)]
        batches = [Batch(*values) for values in zip(*counts, strict=True)]
        decided[at] = np.array(list(path(batches, 0.0, BASELINE))) >= -math.log(ALPHA / 2)
    return _records(decided, looks)
