"""What an environment costs in a month: quantities from its templates and declared usage, rates from dated tables."""
