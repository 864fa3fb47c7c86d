"""Notebook instances on the laptop; importing it registers their operations.

There is no machine behind an instance: what is kept is what the API says of it. Opening one is refused by name.
"""

from local_cloud.sagemaker.notebooks import code_repositories, instances, lifecycle_configs

__all__ = ["code_repositories", "instances", "lifecycle_configs"]
