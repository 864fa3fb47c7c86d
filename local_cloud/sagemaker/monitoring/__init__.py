"""Model Monitor on the laptop; importing it registers its operations.

Schedules really fire, at their hours, and their executions really run: processing jobs under the contract of the
monitoring containers, with the project's analyser as the stand-in for AWS's.
"""

from local_cloud.sagemaker.monitoring import definitions, executions, schedules

__all__ = ["definitions", "executions", "schedules"]
