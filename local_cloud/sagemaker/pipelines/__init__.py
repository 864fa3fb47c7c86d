"""SageMaker Pipelines on the laptop; importing it registers its operations."""

from local_cloud.sagemaker.pipelines import execution_operations, execution_views, pipeline_operations

__all__ = ["execution_operations", "execution_views", "pipeline_operations"]
