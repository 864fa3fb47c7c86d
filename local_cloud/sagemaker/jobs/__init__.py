"""Processing, training, tuning and transform jobs, really run as subprocesses under SageMaker's container contract.

Importing the package registers their operations.
"""

from local_cloud.sagemaker.jobs import processing, training, transform, tuning

__all__ = ["processing", "training", "transform", "tuning"]
