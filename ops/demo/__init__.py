"""`python -m ops demo`: from nothing to a prediction, in the cloud on this laptop."""
