"""What runs inside SageMaker, and the pipelines that run it."""
