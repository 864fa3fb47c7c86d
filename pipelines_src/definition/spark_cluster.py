"""A processing job on several machines that SageMaker's Spark image makes a cluster of.

The contract is that of github.com/aws/sagemaker-spark-container (3.5, smspark/cli.py, smspark/job.py): every container
runs `smspark-submit`; the first host starts HDFS and YARN with the others and runs the script there, as a client. It
takes a `.py` as script and a zip beside it; without settings in a configuration input it divides memory and CPUs of the
machines itself. It needs no network but that between its hosts, so that the job is isolated as every other.
"""

from dataclasses import dataclass
from typing import Any

PROCESSING = "/opt/ml/processing"  # where SageMaker puts inputs and takes outputs of a processing job


@dataclass(frozen=True, kw_only=True)
class SparkSettings:
    """Where Spark's image and files lie. Texts may be CDK tokens, so nothing here reads them.

    Attributes:
        image_uri: SageMaker's Spark image, with Python 3.12, which the wheels are for.
        script_uri: S3 URI of the script that is submitted.
        script_file: its file name.
    """

    image_uri: str
    script_uri: str
    script_file: str


@dataclass(frozen=True)
class SparkCluster:
    """The machines of one job."""

    settings: SparkSettings
    instances: int

    def inputs(self) -> dict[str, str]:
        """Return what every machine needs besides code and wheels, by name of the input."""
        return {"script": self.settings.script_uri}

    def application(self, code_file: str) -> dict[str, Any]:
        """Return image and entry point; the arguments follow the script's name."""
        code = f"{PROCESSING}/input/code/{code_file}"
        script = f"{PROCESSING}/input/script/{self.settings.script_file}"
        return {
            "ImageUri": self.settings.image_uri,
            "ContainerEntrypoint": ["smspark-submit", "--py-files", code, script],
        }
