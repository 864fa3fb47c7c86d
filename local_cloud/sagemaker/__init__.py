"""The local SageMaker: control plane, jobs, pipelines, registry and endpoints."""
