"""`python -m ops demo`: from nothing to a prediction, in the cloud on this laptop."""

from config.loading import ROOT

FOLDER = ROOT / "build" / "demo"
STATE = FOLDER / "cloud"
ENVIRONMENT, USE_CASE = "local", "flight_delays"
