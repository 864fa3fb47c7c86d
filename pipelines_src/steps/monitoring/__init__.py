"""What the endpoint was asked and answered, against what the model was trained on: drift, quality, bias, explanations.

Nothing here reads a table into memory: captures become mergeable sketches, sketches become Model Monitor's files.
"""
