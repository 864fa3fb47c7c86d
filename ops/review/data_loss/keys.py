"""What is encrypted with another key from now on, while the old one may go."""

from collections.abc import Iterator, Mapping

from ops.assembly.model import Value
from ops.review.data_loss.kept import KEPT
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import references, shown

_NAMES = ("KmsKeyId", "KMSMasterKeyID", "KMSMasterKeyId", "KmsMasterKeyId", "KmsKeyArn", "KmsKey", "EncryptionKeyArn")

_STAYS = "what is there stays encrypted with the old"


def found(compared: Compared) -> Iterator[Found]:
    """Yield for a resource that keeps data and stays, which key is another one."""
    if compared.before is None or compared.after is None or compared.after.type not in KEPT:
        return
    was, becomes = dict(_keys(compared.before.properties)), dict(_keys(compared.after.properties))
    for path in sorted(was.keys() & becomes.keys()):
        because = next((one.because for one in compared.properties if one.path.startswith(path) and one.because), "")
        if was[path] != becomes[path] or because:
            yield _changed(compared, path, (was[path], becomes[path]), because)


def _keys(value: Value, path: str = "Properties") -> Iterator[tuple[str, Value]]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            if name in _NAMES:
                yield f"{path}.{name}", below
            else:
                yield from _keys(below, f"{path}.{name}")
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from _keys(below, f"{path}.{position}")


def _changed(compared: Compared, path: str, keys: tuple[Value, Value], because: str) -> Found:
    name = path.removeprefix("Properties.")
    if because:
        text = f"{name} names another key after the deployment ({because}): {_STAYS} one, which is removed"
        return Found(Class.DATA_LOSS, Severity.HIGH, text, (path,))
    begins = f"{name} goes from {shown(keys[0])} to {shown(keys[1])}: {_STAYS} key"
    if gone := _gone(compared, keys[0]):
        return Found(Class.DATA_LOSS, Severity.HIGH, f"{begins}, and {gone} is removed in this change", (path,))
    return Found(Class.DATA_LOSS, Severity.LOW, f"{begins}, which must stay for as long as that is read", (path,))


def _gone(compared: Compared, key: Value) -> str:
    before, after = compared.base.template.resources, compared.head.template.resources
    return next((name for name in references(key) if name in before and name not in after), "")
