"""Objects in S3 whose writing ended with the server: made whole on disk, before ministack reads it.

ministack writes an object's content and then its facts (`<object>.meta.json`: size, ETag, versions), each beside its
name and then moved. Killed in between it leaves new content with old facts, and answers later with as many bytes as
those say. The request was never answered, so that either object is right: the old one where the bucket keeps versions,
since ministack has copied it before, else the new one.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

_FACTS = ".meta.json"
_VERSIONS = ".versions"
_MD5 = 32  # characters; other ETags are those of uploads in parts


def mend(s3: Path) -> None:
    """Go through what ministack keeps below a folder: `<account>/<bucket>/<key>`."""
    for bucket in s3.glob("[0-9]*/*"):
        for facts_file in bucket.rglob(f"*{_FACTS}"):
            content = facts_file.with_name(facts_file.name.removesuffix(_FACTS))
            if content.is_file():
                _mend(content, facts_file, bucket)


def _mend(content: Path, facts_file: Path, bucket: Path) -> None:
    facts: dict[str, Any] = json.loads(facts_file.read_text(encoding="utf-8"))
    if facts.get("is_delete_marker") or _agree(content, facts_file, facts):
        return
    version = str(facts.get("version_id") or "null")
    copies = bucket.parent.parent / _VERSIONS / bucket.parent.name / bucket.name / version
    copy = copies / content.relative_to(bucket)
    if copy.is_file():
        copy.replace(content)
        return
    found = {"size": content.stat().st_size, "etag": f'"{_md5(content)}"', "checksums": {}}
    for item in [facts, *(item for item in facts.get("versions", []) if item["version_id"] == version)]:
        item.update(found)
    beside = facts_file.with_name(f"{facts_file.name}.tmp")
    beside.write_text(json.dumps(facts), encoding="utf-8")
    beside.replace(facts_file)


def _agree(content: Path, facts_file: Path, facts: dict[str, Any]) -> bool:
    if facts.get("size") not in {None, content.stat().st_size}:
        return False
    etag = str(facts.get("etag") or "").strip('"')
    # The facts are written last; only where they were not is it worth it to read the content.
    written_last = facts_file.stat().st_mtime_ns >= content.stat().st_mtime_ns
    return written_last or len(etag) != _MD5 or _md5(content) == etag


def _md5(content: Path) -> str:
    with content.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
