"""`python -m ops story`: two models on real flights, an experiment that decides, a broken model that is withdrawn."""

from config.loading import ROOT

FOLDER = ROOT / "build" / "story"
USE_CASE = "flight_delays"
# The first model learns of five weeks, the second of the three months that the use case's file says. Then both are
# asked about flights after the test month of the second.
FIRST_SPLIT = "2013-02-08/2013-03-08/2013-04-08"
# The difference in log loss that is looked for: twice what the use case's file says, so that some weeks suffice.
EFFECT = 0.02
TOGETHER = 5  # records of a request, so that weeks pass in seconds
