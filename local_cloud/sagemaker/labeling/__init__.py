"""Ground Truth on the laptop; importing it registers its operations.

A labeling job really runs: its objects wait for people, or for simulated workers where a team's tag asks for them.
"""

from local_cloud.sagemaker.labeling import operations, templates, workforces, workteams

__all__ = ["operations", "templates", "workforces", "workteams"]
