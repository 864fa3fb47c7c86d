"""The model registry on the laptop; importing it registers its operations, and those on tags."""

from local_cloud.sagemaker import tags
from local_cloud.sagemaker.registry import groups, package_views, packages

__all__ = ["groups", "package_views", "packages", "tags"]
