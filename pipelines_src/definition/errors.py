"""The error of a pipeline definition, for people."""


class DefinitionError(ValueError):
    """A pipeline cannot be built; the text says which step, what was found, what is allowed and what to do."""
