"""Temporary credentials outlive a restart, as AWS's outlive anything; ministack forgets them."""

from typing import Any


def close() -> None:
    """Save and restore the sessions of STS with the rest of the state."""
    from ministack.services import sts

    def get_state() -> dict[str, Any]:
        sts._evict_expired_sessions()
        return {"sessions": {key: dict(session) for key, session in sts._sessions.items()}}

    def load(state: dict[str, Any]) -> None:
        sts._sessions.update(state.get("sessions", {}))

    sts.get_state = get_state
    sts.load_persisted_state = load
