"""The picture of an environment's architecture, drawn from its templates and from nothing else."""
