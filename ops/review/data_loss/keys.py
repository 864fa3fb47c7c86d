"""What is encrypted with another key from now on, while the old one may go."""

from collections.abc import Iterator

from ops.assembly.model import Value
from ops.review.data_loss.kept import KEPT
from ops.review.model import Class, Compared, Found, PropertyChange, Severity
from ops.review.values import references, shown

_NAMES = ("KmsKeyId", "KMSMasterKeyID", "KMSMasterKeyId", "KmsMasterKeyId", "KmsKeyArn", "KmsKey", "EncryptionKeyArn")

_STAYS = "what is there stays encrypted with the old"


def found(compared: Compared) -> Iterator[Found]:
    """Yield for a resource that keeps data and stays, which key is another one."""
    if compared.before is None or compared.after is None or compared.after.type not in KEPT:
        return
    for change in compared.properties:
        if change.path.rpartition(".")[2] in _NAMES and change.before is not None and change.after is not None:
            yield _changed(compared, change)


def _changed(compared: Compared, change: PropertyChange) -> Found:
    path = change.path.removeprefix("Properties.")
    if change.because:
        text = f"{path} names another key after the deployment ({change.because}): {_STAYS} one, which is removed"
        return Found(Class.DATA_LOSS, Severity.HIGH, text, (change.path,))
    begins = f"{path} goes from {shown(change.before)} to {shown(change.after)}: {_STAYS} key"
    if gone := _gone(compared, change.before):
        return Found(Class.DATA_LOSS, Severity.HIGH, f"{begins}, and {gone} is removed in this change", (change.path,))
    return Found(
        Class.DATA_LOSS, Severity.LOW, f"{begins}, which must stay for as long as that is read", (change.path,)
    )


def _gone(compared: Compared, key: Value) -> str:
    before, after = compared.base.template.resources, compared.head.template.resources
    return next((name for name in references(key) if name in before and name not in after), "")
