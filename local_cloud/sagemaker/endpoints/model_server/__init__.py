"""The serving half of SageMaker's images XGBoost 3.x and K-means: what runs in a model's own process.

It follows the container contract (`GET /ping`, `POST /invocations`, the model below `SM_MODEL_DIR`) and the image's own
behaviour: algorithm mode without code; in the XGBoost image script mode when `SAGEMAKER_PROGRAM` names a module.
"""
