"""Budgets, which ministack's CloudFormation lacks, made through its Budgets API. Nothing is ever spent here."""

from typing import Any

from local_cloud.cloudformation.requests import Made, Properties, as_root, generated_name, request


class Budget:
    """A budget; its physical id is its name."""

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Made:
        """Make the budget with its notifications."""
        asked = request("budgets", "CreateBudget", properties)
        name = asked["Budget"].get("BudgetName") or generated_name(stack_name, logical_id, 100)
        asked["Budget"] = {**asked["Budget"], "BudgetName": name}
        as_root("budgets").create_budget(**{**asked, "AccountId": _account()})
        return name, {}

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str | None = None
    ) -> Made:
        """Change the budget; another name or other notifications make another one, as AWS documents."""
        if _identity(old) != _identity(new):
            return self.create(logical_id or physical_id, new, stack_name)
        budget = request("budgets", "CreateBudget", new)["Budget"]
        as_root("budgets").update_budget(AccountId=_account(), NewBudget={**budget, "BudgetName": physical_id})
        return physical_id, {}

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Remove the budget; one that is gone is well gone."""
        budgets = as_root("budgets")
        if any(one["BudgetName"] == physical_id for one in _all(budgets)):
            budgets.delete_budget(AccountId=_account(), BudgetName=physical_id)


TYPES = {"AWS::Budgets::Budget": Budget()}


def _identity(properties: Properties) -> Any:
    return properties["Budget"].get("BudgetName"), properties.get("NotificationsWithSubscribers")


def _account() -> str:
    from ministack.core.responses import get_account_id

    return str(get_account_id())


def _all(budgets: Any) -> list[dict[str, Any]]:
    pages = budgets.get_paginator("describe_budgets").paginate(AccountId=_account())
    return [budget for page in pages for budget in page.get("Budgets", [])]
