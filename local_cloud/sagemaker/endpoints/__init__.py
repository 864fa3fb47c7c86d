"""Models, endpoint configurations and endpoints that really serve, and SageMaker Runtime.

`operations` registers the operations with the front; `runtime` answers invocations. This file imports neither, so that
a model's process, which lives in `model_server`, starts without them.
"""
