"""CloudFormation in the local cloud: the resource types and the service role that ministack lacks."""
