"""Cloud assemblies, as the CDK writes them and commands read them: stages, stacks, templates and files beside them."""
