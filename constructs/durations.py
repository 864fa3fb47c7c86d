"""Lengths of time, each made once: the CDK's are objects of its JavaScript, and asking for one is a round trip."""

from functools import cache

import aws_cdk as cdk

minutes = cache(cdk.Duration.minutes)
hours = cache(cdk.Duration.hours)
days = cache(cdk.Duration.days)
