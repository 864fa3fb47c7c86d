"""The picture in words, for those who do not see it."""

from collections.abc import Iterator, Sequence

from ops.diagram.model import Architecture, Arrow, Box, Kind, Workload, Zone


def description(shown: Architecture) -> str:
    """Return all that a picture shows, in sentences."""
    return " ".join(
        [
            f"{', '.join(shown.account)}.",
            *([f"{', '.join(shown.network.lines)}."] if shown.network else []),
            *_parts(shown),
            *(f"Key {name}: {uses}." for name, uses in shown.keys),
            *([f"{shown.rest}."] if shown.rest else []),
            *arrows_in_words(shown),
        ]
    )


def arrows_in_words(shown: Architecture) -> Iterator[str]:
    """Yield a sentence for each arrow."""
    titles = {box.key: box.title for box in shown.boxes}
    yield from (in_words(arrow, titles) for arrow in shown.arrows)


def in_words(arrow: Arrow, titles: dict[str, str]) -> str:
    """Return what an arrow says: `release updates endpoint, and hears of it.`"""
    source, target = titles.get(arrow.source, arrow.source), titles.get(arrow.target, arrow.target)
    if arrow.kind is Kind.CALL:
        return f"{source} {arrow.label or 'acts on'} {target}{', and hears of it' if arrow.both else ''}."
    what = f" ({arrow.label})" if arrow.label else ""
    return f"{'Data' if arrow.kind is Kind.DATA else 'Event'} from {source} to {target}{what}."


def _parts(shown: Architecture) -> Iterator[str]:
    outside = [box for box in shown.boxes if box.zone is Zone.OUTSIDE]
    yield f"Outside of the account: {_listed(outside)}."
    for number, workload in enumerate(Workload, 1):
        parts = [
            f"{'in the VPC' if zone is Zone.VPC else 'in the account'}: {_listed(found)}"
            for zone in (Zone.ACCOUNT, Zone.VPC)
            if (found := [box for box in shown.boxes if box.workload is workload and box.zone is zone])
        ]
        if parts:
            yield f"{number} {workload.value}, {'; '.join(parts)}."


def _listed(boxes: Sequence[Box]) -> str:
    return ", ".join(f"{box.title} ({', '.join(box.lines)})" if box.lines else box.title for box in boxes)
