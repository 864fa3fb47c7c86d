"""Before the model: every file of the run is read, good records become its input, bad ones entries of the error file.

The rules are the champion's own: the fields of a record come from its package, not from what is deployed since.
"""

import json
import tarfile
import zlib
from pathlib import Path
from typing import Any

from .. import files
from ..errors import RequestError, StepError
from ..folders import Folders
from ..records import Reader
from ..use_case import SETTINGS_FILE, UseCase
from . import reading
from .files import COUNTS, ERRORS, SPLIT, Counts, ErrorFile, Parts, request

# A machine gets whole files; SageMaker sends at most MaxPayloadInMB (6) in one request, a record is never divided.
PART_BYTES = 64 * 2**20
LONGEST = 5 * 2**20
OUTPUTS = ("records", "unreadable", "split")
RECORD_ID = "record_id"


class Splitter:
    """Sorts records.

    Args:
        use_case: that of the champion.
        records: takes good ones.
        errors: takes bad ones.
        counts: are told of good ones.
    """

    def __init__(self, use_case: UseCase, records: Parts, errors: ErrorFile, counts: Counts) -> None:
        self._fields = use_case.record
        self._missing = use_case.data.get("missing", ())  # packages of earlier versions do not have it
        self._reader = Reader(use_case.record)
        names = {field.name for field in use_case.record}
        # Beside the fields a record may have a name of its own, which the model does not see.
        self._ids = [name for name in (use_case.data.get("id"), RECORD_ID) if name and name not in names]
        # Nor does it see the other columns of raw data, of which the label may be one.
        raw = (column for columns in use_case.data.get("raw", {}).values() for column in columns)
        self._beside = {*raw, use_case.data.get("label")} - names
        self._records, self._errors, self._counts = records, errors, counts

    def file(self, path: Path, name: str) -> None:
        """Sort the records of a file."""
        count = self._counts.of(name)
        for row in reading.rows(path, name, self._fields, self._missing):
            if row.number is None:
                count.unreadable = row.problem
            if row.problem:
                rule = "the file cannot be read" if row.number is None else row.problem
                self._errors.add(name, row.number, row.content, row.problem, rule)
            else:
                self._record(name, row.number or 0, row.content)

    def _record(self, name: str, number: int, content: Any) -> None:
        record, known = dict(content) if isinstance(content, dict) else content, {}
        for column in self._ids if isinstance(record, dict) else ():
            if column in record:
                known["id"] = record.pop(column)
        if isinstance(record, dict):
            record = {name: value for name, value in record.items() if name not in self._beside}
        try:
            self._reader.read(record, number)
        except RequestError as error:
            self._errors.add(name, number, content, str(error), error.rule)
            return
        line = reading.json_text({"file": name, "row": number, **known, "record": record})
        if len(line) > LONGEST:
            rule = f"a record is longer than {LONGEST} bytes"
            self._errors.add(name, number, content, f"record {number}: {rule}: {len(line)}.", rule)
            return
        self._records.write(line)
        self._counts.of(name).scored += 1


def run(_: UseCase, folders: Folders) -> None:
    """Read the inputs request, incoming and model; write records, unreadable and split."""
    asked = request(folders.input("request"))
    use_case = champions_use_case(folders.input("model") / "model.tar.gz")
    counts, incoming = Counts(), folders.input("incoming")
    with (
        Parts(folders.output("records"), PART_BYTES) as records,
        files.writing(folders.output("unreadable") / ERRORS, "ascii") as file,
    ):
        errors = ErrorFile(file, counts)
        for refused in asked["refused"]:
            counts.of(refused["file"]).unreadable = refused["reason"]
            errors.add(refused["file"], None, None, refused["reason"], "the file cannot be read")
        splitter = Splitter(use_case, records, errors, counts)
        for asked_file in asked["files"]:
            path = incoming / asked_file["file"]
            if not path.is_file():
                raise StepError(f"{path}: is not there, but {asked_file['file']} is to be scored. Start another run.")
            splitter.file(path, asked_file["file"])
    print(f"{counts.scored} records to score, {counts.errors} bad ones", flush=True)
    files.write_json(folders.output("split") / SPLIT, counts.document())
    # The pipeline looks into this one, and a property file must be small.
    files.write_json(folders.output("split") / COUNTS, {"scored": counts.scored, "errors": counts.errors})


def champions_use_case(archive: Path) -> UseCase:
    """Return the use case that a package was made for; StepError if it does not say."""
    try:
        with tarfile.open(archive, "r:gz") as package:
            for member in package:
                content = package.extractfile(member) if member.name.removeprefix("./") == SETTINGS_FILE else None
                if content is not None:
                    return UseCase.from_document(json.load(content))
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError, KeyError) as error:
        raise StepError(f"{archive}: is no package of a model: {error}. Release one of the pipeline's.") from error
    raise StepError(f"{archive}: has no {SETTINGS_FILE}. Release a model that the pipeline registered.")
