"""Code that a change brings along: files beside the template, named after a hash of what is in them."""

from ops.review.source.changed import code_change, hashes, look

__all__ = ["code_change", "hashes", "look"]
