"""How a trained model is judged: figures with intervals, calibration, threshold, slices, incumbent, gate, model card.

A judge per problem (binary, multiclass, regression, clustering) knows its statistics; all else is the same for each.
"""
