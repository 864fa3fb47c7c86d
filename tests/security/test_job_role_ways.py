"""What the role may do more, and less, where a use case trains in another way: a search of an own image, on spot."""

import json
from typing import Any

import pytest

from config import UseCase, load_environment, load_use_case
from config.use_case.train import ImageTrain, KMeansTrain
from stacks import platform_stage
from tests.security.simulate import ACCOUNT, REGION, Request
from tests.security.test_job_role import LOGS, MODELS, SAGEMAKER, STACK, Plain, answers, bucket, creation
from tests.use_cases import IMAGE, SEARCH_OF_IMAGE, SPOT

ECR = f"arn:aws:ecr:{REGION}"
TUNING = f"{SAGEMAKER}:hyper-parameter-tuning-job"


@pytest.fixture(scope="module")
def cloud(synthesise: Any) -> Plain:
    """The environment dev, its use case trained by a search of an own image on spot instances."""
    train = ImageTrain.model_validate({**IMAGE, "tuning": SEARCH_OF_IMAGE, "spot": SPOT})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_stage, "load_use_case", lambda name: other(load_use_case(name), train))
        return Plain(synthesise(load_environment("dev")))


def other(use_case: UseCase, train: ImageTrain | KMeansTrain) -> UseCase:
    return use_case.model_copy(update={"train": train})


def refused(cloud: Plain, requests: list[Request], allowed: bool) -> dict[str, str]:
    return {text: found for text, found in answers(cloud, requests).items() if (found == "Allowed") != allowed}


def test_it_may_search_and_keep_checkpoints(cloud: Plain) -> None:
    requests = [
        *(
            Request(f"sagemaker:{action}", f"{TUNING}/abcdefghijkl-{step}-0123456789")
            for action in (
                "AddTags",
                "DescribeHyperParameterTuningJob",
                "StopHyperParameterTuningJob",
                "ListTrainingJobsForHyperParameterTuningJob",
            )
            for step in ("Train", "train")
        ),
        Request(
            "logs:PutLogEvents",
            f"{LOGS}:/aws/sagemaker/TrainingJobs:log-stream:abc-Train-0123-001-ff/algo-1-1764000000",
        ),
        Request("s3:DeleteObject", f"{bucket(cloud, MODELS)}/flight_delays/checkpoints/abc/state.json"),
        Request("s3:PutObject", f"{bucket(cloud, MODELS)}/flight_delays/checkpoints/abc/state.json"),
        Request("ecr:BatchGetImage", f"{ECR}:111122223333:repository/team/forest"),
        Request("ecr:BatchGetImage", f"{ECR}:354813040037:repository/sagemaker-xgboost"),
    ]
    assert refused(cloud, requests, allowed=True) == {}


def test_it_may_not_train_by_itself_or_delete_models_or_touch_others_searches(cloud: Plain) -> None:
    requests = [
        Request("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/pipelines-abc-Train-xyz"),
        Request("sagemaker:StopTrainingJob", f"{SAGEMAKER}:training-job/pipelines-abc-Train-xyz"),
        Request("sagemaker:StopHyperParameterTuningJob", f"{TUNING}/somebody-elses"),
        Request("s3:DeleteObject", f"{bucket(cloud, MODELS)}/flight_delays/training/job/output/model.tar.gz"),
        Request("s3:DeleteObject", f"{bucket(cloud, MODELS)}/flight_delays/abc/package/model.tar.gz"),
        Request("ecr:BatchGetImage", f"{ECR}:111122223333:repository/team/other"),
        Request("ecr:BatchGetImage", f"{ECR}:{ACCOUNT}:repository/kmeans"),
    ]
    assert refused(cloud, requests, allowed=False) == {}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"NetworkIsolation": "false"},
        {"VolumeKmsKeyArn": None},
        {"OutputKmsKeyArn": None},
        {"VpcSubnets": ["subnet-x"]},
    ],
    ids=str,
)
def test_a_search_passes_the_guardrails_only_with_every_safeguard(change: dict[str, Any], cloud: Plain) -> None:
    [pipeline] = [
        resource
        for resource in cloud.templates[STACK]["Resources"].values()
        if resource["Type"] == "AWS::SageMaker::Pipeline"
    ]
    text = cloud.value(STACK, pipeline["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"])
    [step] = [one for one in json.loads(text)["Steps"] if one["Type"] == "Tuning"]
    training = {"Arguments": step["Arguments"]["TrainingJobDefinition"], "Type": "Training", "Name": "Train"}
    found = creation(training, **change)
    search = Request(
        "sagemaker:CreateHyperParameterTuningJob", f"{TUNING}/abcdefghijkl-Train-0123456789", found.context
    )
    assert set(answers(cloud, [search]).values()) == {"ExplicitlyDenied" if change else "Allowed"}
