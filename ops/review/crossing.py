"""Where a value goes from one stack to another: parameters and outputs of nested stacks, exports."""

from collections.abc import Iterator, Sequence

from ops.assembly.model import Resource, Stack
from ops.review.matching import Pair
from ops.review.references import References, Symbol

_PARAMETERS = ("Properties", "Parameters")


class Crossings:
    """Knows all stacks after the change, by their indices."""

    def __init__(self, pairs: Sequence[Pair], references: Sequence[References]) -> None:
        self._heads = [pair.head for pair in pairs]
        self._references = references
        self._by_name = {_key(head, head.name): index for index, head in enumerate(self._heads)}

    def into(self, index: int, resource: Resource, path: str) -> Iterator[tuple[int, Symbol]]:
        """Yield what refers, in the stack that a resource nests, to what stands at a path of the resource."""
        head = self._heads[index]
        inner = self._by_name.get(_key(head, f"{head.name}/{resource.logical_id}"))
        steps = tuple(path.split("."))
        if inner is None or steps[: len(_PARAMETERS)] != _PARAMETERS:
            return
        given = resource.properties.get("Parameters")
        names = steps[2:3] or (list(given) if isinstance(given, dict) else [])
        for name in names:
            yield inner, ("Ref", name)

    def around(self, index: int, output: str) -> Iterator[tuple[int, Symbol]]:
        """Yield what refers to an output of a nested stack, in the stack around it."""
        head = self._heads[index]
        outer, _, logical_id = head.name.rpartition("/")
        if (around := self._by_name.get(_key(head, outer))) is not None:
            yield around, ("Output", f"{logical_id}.{output}")

    def importing(self, index: int, output: str) -> Iterator[tuple[int, Symbol]]:
        """Yield what refers to an output by its export, in the stacks that import it."""
        if not (name := self._references[index].exports.get(output)):
            return
        for other, head in enumerate(self._heads):
            alike = _imports_from(head, self._heads[index])
            if other != index and alike and self._references[other].to(("Export", name)):
                yield other, ("Export", name)


def _key(stack: Stack, name: str) -> tuple[str, str, str]:
    return stack.region, stack.environment, name


def _imports_from(importer: Stack, exporter: Stack) -> bool:
    # Names of exports are of an account and a region; environments may share the former or not.
    return importer.region == exporter.region and exporter.environment in (importer.environment, "")
