"""What a use case without transformations.py must say, since nothing else makes its records and features."""

from collections.abc import Mapping

from config.errors import RuleError
from config.use_case.data import Data, Feature
from config.use_case.section import known

CODE = "transformations.py"
_NO_CODE = f"there is no {CODE} whose"


def complete(data: Data) -> None:
    """Records are rows of the one raw table, features are fields of a record; RuleError with a remedy."""
    if len(data.raw) > 1:
        raise RuleError(
            ("data", "raw"),
            f"names {len(data.raw)} tables, and {_NO_CODE} records() joins them; name one table, or write it",
        )
    [columns] = data.raw.values()
    if data.id is None:
        raise RuleError(
            ("data", "id"),
            f"is missing, and {_NO_CODE} records() gives a record_id; name the column that tells records apart",
        )
    known(("data", "id"), [data.id], columns, many=False)
    if data.label is not None and data.label_from != "labelled_set":
        known(("data", "label"), [data.label], columns, many=False)
    for position, field in enumerate(data.record):
        known(("data", "record", position, "name"), [field.name], columns, many=False)
    types = {field.name: field.type for field in data.record}
    for position, feature in enumerate(data.features):
        _made_of(feature, types, position)


def _made_of(feature: Feature, types: Mapping[str, str], position: int) -> None:
    key = ("data", "features", position)
    source = feature.source or feature.name
    known((*key, "source" if feature.source else "name"), [source], types, many=False)
    kind = types[source]
    if feature.part is not None and kind != "time":
        raise RuleError(
            (*key, "part"), f"found {feature.part!r}, and {source} is a {kind}; only a time has parts; remove it"
        )
    made = "number" if feature.part else {"text": "category"}.get(kind, kind)
    if feature.type != made:
        remedy = "name its part, such as hour" if kind == "time" else f"write `type: {made}`"
        raise RuleError((*key, "type"), f"found {feature.type!r}, and {source} is a {kind} in data.record; {remedy}")
