"""The job scripts that every use case shares; docs/architecture.md, Jobs, says what each reads and writes.

They know `use_case.yaml` and the use case's `transformations`, and nothing about any use case in particular.
"""
