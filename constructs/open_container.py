"""What a model is while its containers run outside the private network, as serverless endpoints need it."""

from dataclasses import dataclass

from aws_cdk import aws_sagemaker as sagemaker

from constructs.findings import acknowledge

# A container answers one request at a time, so more workers would only take memory ("Container support" of
# Serverless Inference, developer guide).
VARIABLES = {"SAGEMAKER_MODEL_SERVER_WORKERS": "1"}


@dataclass(frozen=True)
class OpenContainer:
    """A model without VPC and isolation, neither of which Serverless Inference has; `why` that is allowed."""

    why: str

    def excuse(self, model: sagemaker.CfnModel) -> None:
        """Acknowledge what the policy checks find on the model, with the environment's own reason."""
        reason = f"Serverless Inference has neither VPC nor isolation; the environment says why that may be: {self.why}"
        acknowledge(model, {"MlLoop::ModelIsolated": reason, "MlLoop::ModelInVpc": reason})
