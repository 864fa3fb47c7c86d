"""Application Auto Scaling for the instances of SageMaker's variants."""
