"""The raw data of the use case: the images of handwritten_digits."""

from pipelines_src.handwritten_digits.raw_data import write

__all__ = ["write"]
