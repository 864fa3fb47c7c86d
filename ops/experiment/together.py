"""How users' requests come together where they keep a variant: what a plan has to know besides the metric."""

from dataclasses import dataclass

from experiment import beginning
from experiment.plan import design_effect
from ops.aws_errors import AWS_ERRORS, explain
from ops.experiment import function
from ops.target import OperationError, Target

_EARLIER = 5  # experiments that are looked through for one that says


@dataclass(frozen=True)
class Together:
    """The design effect, how many requests a user sends, and where both come from, for people."""

    effect: float = 1.0
    per_user: float = 1.0
    about: str = ""

    @classmethod
    def given(cls, target: Target, users: str | None) -> "Together":
        """Return what a person gives, else what the newest experiment with sticky users found.

        Args:
            target: the use case.
            users: requests of a user and their correlation, `12:0.1`.

        Raises:
            OperationError: they are none, or users keep no variant.
        """
        terms = target.use_case.experiment
        sticky = terms is not None and terms.assignment == "sticky"
        if users is None:
            return _measured(target) if sticky else cls()
        if not sticky:
            raise OperationError(
                "--users is for users who keep a variant, experiment.assignment: sticky. Leave it out."
            )
        try:
            per_user, correlation = map(float, users.split(":"))
            effect = design_effect(per_user, correlation)
        except ValueError as error:
            raise OperationError(
                f"--users: found {users!r}; allowed are requests of a user, 1 or more, and their correlation, from 0 "
                "to 1, such as 12:0.1. Correct it."
            ) from error
        return cls(effect, per_user, f"A design effect of {effect:.2f}, as given.")


def _measured(target: Target) -> Together:
    try:
        records = function.records(target)
        for trial in records.trials(target.use_case.name, _EARLIER):
            said = [found for look in records.looks(trial) if (found := beginning.Together.of(look.numbers))]
            if said:
                about = f"A design effect of {said[-1].effect:.2f}, as in experiment {trial.name}."
                return Together(said[-1].effect, said[-1].per_user, about)
    except (*AWS_ERRORS, OperationError) as error:  # a plan is one without it too
        return _alone(f"the records of earlier experiments cannot be read: {explain(error)}")
    return _alone("no experiment has shown yet how they come together.")


def _alone(why: str) -> Together:
    told = f"As if a user's requests told as much as those of as many users, since {why} Give --users."
    return Together(about=told)
