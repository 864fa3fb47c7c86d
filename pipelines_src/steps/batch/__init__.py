"""Batch transform: files of records are split into good and bad ones before a model scores them, and collected after.

What stands in a run's folder, and in which order: docs/batch-transform.md.
"""
