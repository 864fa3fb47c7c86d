"""Errors of configuration, for people."""


class ConfigError(Exception):
    """A file of configuration is wrong; the text says where, what was found, what is allowed and what to do."""
