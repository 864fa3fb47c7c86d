"""What makes the release function look."""

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.durations import hours


class ReleaseTriggers(Construct):
    """Rules: a model package changed, a serving stack or an endpoint came to rest, and once an hour in case an event
    was lost.

    Args:
        environment: whose groups, stacks and endpoints.
        function: the release function.
        undelivered: queue for events that could not be delivered.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        function: lambda_.IFunction,
        undelivered: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        target = targets.LambdaFunction(
            function, dead_letter_queue=undelivered, retry_attempts=24, max_event_age=hours(2)
        )
        stacks = Arns.of(scope).arn("cloudformation", f"stack/{environment}-")
        events.Rule(
            self,
            "Packages",
            description="A model package of this environment was approved, rejected or registered",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Model Package State Change"],
                detail={"ModelPackageGroupName": [{"prefix": f"{environment}-"}]},
            ),
            targets=[target],
        )
        events.Rule(
            self,
            "Stacks",
            description="A stack of this environment came to rest",
            event_pattern=events.EventPattern(
                source=["aws.cloudformation"],
                detail_type=["CloudFormation Stack Status Change"],
                detail={
                    "stack-id": [{"prefix": stacks}],
                    "status-details": {"status": [{"suffix": "_COMPLETE"}, {"suffix": "_FAILED"}]},
                },
            ),
            targets=[target],
        )
        events.Rule(
            self,
            "Endpoints",
            description="An endpoint of this environment came to rest: a release that waited for that can begin",
            event_pattern=events.EventPattern(
                source=["aws.sagemaker"],
                detail_type=["SageMaker Endpoint State Change"],
                detail={
                    "EndpointName": [{"prefix": f"{environment}-"}],
                    "EndpointStatus": ["IN_SERVICE", "FAILED"],
                },
            ),
            targets=[target],
        )
        events.Rule(
            self,
            "Hourly",
            description="Looks at every use case, in case an event was lost",
            schedule=events.Schedule.rate(hours(1)),
            targets=[target],
        )
