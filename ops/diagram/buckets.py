"""Buckets: which workload one is part of, who writes it and who reads it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from ops.diagram.arrows import ORDER
from ops.diagram.boxes import Draft, Drawn
from ops.diagram.grants import Grant
from ops.diagram.model import Arrow, Kind, Place, Workload, Zone
from ops.diagram.names import named
from ops.diagram.references import References

BUCKET = "AWS::S3::Bucket"
_BUSY = (":StartPipelineExecution", ":StartExecution", ":UpdateStack")
Ends = dict[Place, dict[str, None]]  # bucket -> keys of boxes


class Buckets:
    """Who reads and writes the buckets of an environment.

    Args:
        found: all boxes but those of buckets; these are added.
        granted: what roles allow.
        references: to look up.
    """

    def __init__(self, found: Drawn, granted: list[Grant], references: References) -> None:
        self._found, self._granted, self._references = found, granted, references
        self.logs = {
            target
            for place, bucket in references.of_type(BUCKET)
            for target in references.of(dict(bucket.properties).get("LoggingConfiguration"), place[0])
        }
        self._writers, self._readers = self._ends()
        for place, bucket in references.of_type(BUCKET):
            if place not in self.logs:
                first = min((self._workload(key) for key in self._writers[place]), key=ORDER.__getitem__, default=None)
                workload = first if first not in (None, Workload.CONTROL) else Workload.COLLECT
                found.add(
                    Draft(
                        workload or Workload.COLLECT, Zone.ACCOUNT, named(bucket, references.stacks[place[0]]), "bucket"
                    ),
                    place,
                )

    def _workload(self, key: str) -> Workload:
        return self._found.drafts[key].workload

    def _ends(self) -> tuple[Ends, Ends]:
        """Return writers and readers: by the definitions of pipelines, then by what roles allow.

        A job may read what it writes, and a function that calls others moves files only for that: neither says more.
        """
        writers: Ends = defaultdict(dict)
        readers: Ends = defaultdict(dict)
        for _, step, key in self._found.steps:
            for ends, places in ((writers, step.writes), (readers, step.reads)):
                for place in sorted(places):
                    ends[place][key] = None
        for place, config in self._references.of_type("AWS::SageMaker::EndpointConfig"):
            for bucket in self._references.of(config.properties.get("DataCaptureConfig"), place[0]):
                if place in self._found.first:
                    writers[bucket][self._found.first[place]] = None
        busy = {grant.owner for grant in self._granted if grant.action.endswith(_BUSY)}
        trains = {place for place, _, _ in self._found.steps if self._found.first[place] != self._found.last[place]}
        may: dict[str, set[tuple[Place, Place]]] = defaultdict(set)
        for grant in self._granted:
            if grant.owner not in busy | trains and grant.owner in self._found.first:
                may[grant.action].add((grant.owner, grant.target))
        for owner, bucket in sorted(may["s3:PutObject"]):
            writers[bucket][self._found.first[owner]] = None
        for owner, bucket in sorted(may["s3:GetObject"] - may["s3:PutObject"]):
            readers[bucket][self._found.first[owner]] = None
        return writers, readers

    def written(self) -> set[Place]:
        """Return the buckets that something in the templates writes."""
        return {place for place, writers in self._writers.items() if writers}

    def arrows(self) -> Iterator[Arrow]:
        """Yield arrows to buckets from those who write them first in the loop, from them to the first who read them."""
        for place, _ in self._references.of_type(BUCKET):
            if place in self.logs:
                continue
            own = self._found.first[place]
            writers, readers = list(self._writers[place]), list(self._readers[place])
            for key in self._first(writers):
                yield Arrow(key, own, Kind.DATA)
            for key in self._first([key for key in readers if key not in writers]):
                yield Arrow(own, key, Kind.DATA)

    def _first(self, keys: list[str]) -> list[str]:
        first = min((ORDER[self._workload(key)] for key in keys), default=None)
        return [key for key in keys if ORDER[self._workload(key)] == first or self._moves(key)]

    def _moves(self, key: str) -> bool:
        """Tell whether a box does nothing but move files: a function that calls nobody."""
        return self._found.drafts[key].noun == "function"


def access_logs(logs: Mapping[Place, None] | set[Place], references: References) -> list[str]:
    """Return the names of buckets that keep the logs of others."""
    return sorted(
        named(bucket, references.stacks[place[0]]) for place, bucket in references.of_type(BUCKET) if place in logs
    )
