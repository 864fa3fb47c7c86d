"""What became of captured predictions, reduced to sums of each variant: all that the decision of an experiment sees."""
