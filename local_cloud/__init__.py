"""The laptop's AWS: ministack plus a SageMaker that really runs jobs, pipelines and endpoints."""
