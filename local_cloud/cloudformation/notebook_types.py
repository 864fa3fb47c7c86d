"""Notebook instances and what belongs to them as resource types of CloudFormation."""

import time

from local_cloud.cloudformation.named_type import NamedType
from local_cloud.cloudformation.requests import Made, Properties, request

_SECONDS = 120
_POLL_SECONDS = 0.25
# Create-only, by the resource schema of the type.
_FIXED = (
    "NotebookInstanceName",
    "SubnetId",
    "SecurityGroupIds",
    "KmsKeyId",
    "DirectInternetAccess",
    "PlatformIdentifier",
)
# Properties that an update can take away, and the flag of the API that does.
_FLAGS = {
    "LifecycleConfigName": "DisassociateLifecycleConfig",
    "DefaultCodeRepository": "DisassociateDefaultCodeRepository",
    "AdditionalCodeRepositories": "DisassociateAdditionalCodeRepositories",
}


class NotebookInstance(NamedType):
    """A notebook instance: ready when in service, stopped for every change and for its deletion."""

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Stop, update and start the instance; what is create-only makes another one."""
        if any(old.get(key) != new.get(key) for key in _FIXED) or not self.exists(physical_id):
            return self.create(logical_id, new, stack_name)
        name = self.name_of(physical_id)
        gone = {flag: True for key, flag in _FLAGS.items() if key in old and key not in new}
        was_running = self._stop(name)
        self.call(
            "UpdateNotebookInstance", request("sagemaker", "UpdateNotebookInstance", {**new, self.name: name, **gone})
        )
        self._reach(name, "Stopped")
        if was_running:
            self.call("StartNotebookInstance", {self.name: name})
            self._reach(name, "InService")
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(name, physical_id)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Stop the instance and delete it; one that is gone is well gone."""
        if self.exists(physical_id):
            self._stop(self.name_of(physical_id))
        super().delete(physical_id, properties)

    def settle(self, name: str) -> None:
        """Wait until the instance is in service."""
        self._reach(name, "InService")

    def settle_gone(self, physical_id: str) -> None:
        """Wait until the instance no longer exists."""
        deadline = time.monotonic() + _SECONDS
        while self.exists(physical_id) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def _stop(self, name: str) -> bool:
        """Stop it if it runs, and say whether it did."""
        running = str(self.describe(name)["NotebookInstanceStatus"]) in {"Pending", "InService"}
        if running:
            self._reach(name, "InService")
            self.call("StopNotebookInstance", {self.name: name})
        self._reach(name, "Stopped", "Failed")
        return running

    def _reach(self, name: str, *wanted: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while (status := self.describe(name)["NotebookInstanceStatus"]) not in wanted:
            if status == "Failed" or time.monotonic() > deadline:
                raise ValueError(f"Notebook instance {name} did not stabilize: it is {status}, not {wanted[0]}")
            time.sleep(_POLL_SECONDS)


class LifecycleConfig(NamedType):
    """A lifecycle configuration: everything but its name changes in place."""

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Replace the scripts; instances run them when they start next."""
        if old.get(self.name) != new.get(self.name) or not self.exists(physical_id):
            return self.create(logical_id, new, stack_name)
        name = self.name_of(physical_id)
        scripts = {"OnCreate": [], "OnStart": [], **new, self.name: name}
        operation = f"Update{self.kind}"
        self.call(operation, request("sagemaker", operation, scripts))
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(name, physical_id)


class CodeRepository(NamedType):
    """A code repository: only the secret changes in place."""

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Give it the new secret; another name, address or branch makes another one."""
        was, wanted = old["GitConfig"], new["GitConfig"]
        same = all(was.get(key) == wanted.get(key) for key in ("RepositoryUrl", "Branch"))
        if old.get(self.name) != new.get(self.name) or not same or "SecretArn" not in wanted:
            return self.create(logical_id, new, stack_name)
        name = self.name_of(physical_id)
        self.call("UpdateCodeRepository", {self.name: name, "GitConfig": {"SecretArn": wanted["SecretArn"]}})
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(name, physical_id)


TYPES: dict[str, NamedType] = {
    "AWS::SageMaker::NotebookInstance": NotebookInstance(
        "NotebookInstance", "NotebookInstanceName", "NotebookInstanceArn"
    ),
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": LifecycleConfig(
        "NotebookInstanceLifecycleConfig",
        "NotebookInstanceLifecycleConfigName",
        "NotebookInstanceLifecycleConfigArn",
    ),
    "AWS::SageMaker::CodeRepository": CodeRepository("CodeRepository", "CodeRepositoryName", "CodeRepositoryArn"),
}
