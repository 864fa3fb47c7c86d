"""The serving half of SageMaker's XGBoost image 3.x: what runs in a model's own process.

It follows the container contract (`GET /ping`, `POST /invocations`, the model below `SM_MODEL_DIR`) and the image's own
behaviour: algorithm mode without code, script mode when `SAGEMAKER_PROGRAM` names a module.
"""
