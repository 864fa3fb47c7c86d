"""A ceiling of AWS Budgets over what carries an environment's tag."""

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

TAG = "ml-loop:environment"
# When people are told: of what is spent, and of what AWS expects the month to come to.
_TOLD = (("ACTUAL", 80), ("FORECASTED", 100))


class CostBudget(Construct):
    """A monthly budget that tells a topic; it stops nothing.

    Costs reach it by the tag, once the tag is activated for cost allocation in the account that pays (docs/cost.md).

    Args:
        environment: value of the tag.
        monthly_usd: ceiling of a calendar month, US dollars.
        topic: is told; its policy, and that of its key, must admit `budgets.amazonaws.com`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: str, monthly_usd: int, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        budget = budgets.CfnBudget
        subscriber = budget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)
        resource = budget(
            self,
            "Resource",
            budget=budget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budget.SpendProperty(amount=monthly_usd, unit="USD"),
                # `user:` before the key and `$` before the value: "Filtering budgets", tags that users define.
                cost_filters={"TagKeyValue": [f"user:{TAG}${environment}"]},
            ),
            notifications_with_subscribers=[
                budget.NotificationWithSubscribersProperty(
                    notification=budget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, percent in _TOLD
            ],
        )
        # Its policy too: AWS Budgets refuses a topic that it cannot publish to.
        resource.node.add_dependency(topic)
