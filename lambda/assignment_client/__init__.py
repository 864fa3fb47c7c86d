"""Asks an endpoint with a champion and a challenger: who answers whom, and a record of it. Needs boto3 alone.

Copy this folder into a program, as it is, and import `Client` from it (docs/experiments.md).
"""

from .client import Answer, Client
from .sticky import Split

__all__ = ["Answer", "Client", "Split"]
