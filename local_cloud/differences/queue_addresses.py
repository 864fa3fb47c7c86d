"""A queue is found after a restart on another port; ministack keeps queues by URLs that have the port in them."""

from typing import Any


def close() -> None:
    """Give queues that are loaded the URLs of the present port."""
    from ministack.services import sqs

    load = sqs.load_persisted_state

    def load_and_move(state: dict[str, Any]) -> None:
        load(state)
        kept = sqs._queues._data
        for key in list(kept):
            account, region, url = key
            moved = (account, region, sqs._queue_url_for_account(account, url.rsplit("/", 1)[-1]))
            if moved != key:
                queue = kept[moved] = kept.pop(key)
                queue["url"] = moved[-1]
        sqs._queue_name_to_url.clear()
        sqs._rebuild_queue_name_index()

    sqs.load_persisted_state = load_and_move
