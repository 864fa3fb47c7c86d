"""The entry point in the XGBoost image's script mode (SAGEMAKER_PROGRAM=serve.py); the work is done in steps.scoring.

It stands alone at the top of the package's `code` folder. The image imports it before it knows where the model is, and
copies this one file elsewhere, so the rest is imported only when the model is loaded.
"""

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any


def model_fn(model_dir: str) -> Any:
    """Load the model of an unpacked package."""
    code = str(Path(model_dir) / "code")
    if code not in sys.path:
        sys.path.insert(0, code)
    model = importlib.import_module("pipelines_src.steps.scoring").Scorer.load(Path(model_dir))
    # What was loaded stays: a request that falls on a full collection would wait for a look at all of it.
    gc.collect()
    gc.freeze()
    return model


def transform_fn(model: Any, content: str | bytes, content_type: str, accept: str) -> Any:
    """Answer a request with (body, content type), or with a response of status 4XX that says what is wrong."""
    if os.environ.get("SAGEMAKER_BATCH") == "true":  # set by batch transform
        return model.respond_each(content, content_type, accept)
    return model.respond(content, content_type, accept)
