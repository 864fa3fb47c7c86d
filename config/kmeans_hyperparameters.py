"""The hyperparameters of SageMaker's built-in K-means algorithm: names, types, ranges, defaults.

Source: the AWS documentation, "K-Means Hyperparameters" and "Tune a K-Means Model"; `force_dense` is undocumented, the
container's own log lists it. The container refuses a wrong value only after a machine has been started; here it is
refused before anything is built.
"""

from collections.abc import Mapping

from config.hyperparameter_kinds import Choice, JsonList, Kind, Number, Whole
from config.hyperparameter_table import Table

METRICS = ("msd", "ssd")  # mean and sum of the squared distances from rows to their closest centers
_INITIAL = Choice(("random", "kmeans++"))

KNOWN: Mapping[str, Kind] = {
    "feature_dim": Whole(),
    "k": Whole(),
    "epochs": Whole(),
    "eval_metrics": JsonList(METRICS),
    "extra_center_factor": Whole(auto=True),
    "force_dense": Choice(("true", "True", "false", "False")),
    "half_life_time_size": Whole(low=0),
    "init_method": _INITIAL,
    "local_lloyd_init_method": _INITIAL,
    "local_lloyd_max_iter": Whole(),
    "local_lloyd_num_trials": Whole(auto=True),
    "local_lloyd_tol": Number(0, 1),
    "mini_batch_size": Whole(),
}
REQUIRED = {"k": 10, "feature_dim": 64}
DEFAULTS: Mapping[str, str] = {
    "epochs": "1",
    "eval_metrics": '["msd"]',
    "extra_center_factor": "auto",
    "force_dense": "true",
    "half_life_time_size": "0",
    "init_method": "random",
    "local_lloyd_init_method": "kmeans++",
    "local_lloyd_max_iter": "300",
    "local_lloyd_num_trials": "auto",
    "local_lloyd_tol": "0.0001",
    "mini_batch_size": "5000",
}
# What the documentation recommends to search when tuning: (lowest, highest), or the words.
RECOMMENDED: Mapping[str, tuple[int, int] | tuple[str, ...]] = {
    "epochs": (1, 10),
    "extra_center_factor": (4, 10),
    "init_method": _INITIAL.values,
    "mini_batch_size": (3000, 15000),
}
TABLE = Table(algorithm="K-means", known=KNOWN, required=REQUIRED, tunable=frozenset(RECOMMENDED))
