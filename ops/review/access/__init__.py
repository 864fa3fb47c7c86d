"""Permissions: which a change gives, takes, or may give, by action, resource, principal and condition."""

from ops.review.access.looking import look

__all__ = ["look"]
