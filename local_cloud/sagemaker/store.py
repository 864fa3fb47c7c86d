"""Everything the local SageMaker remembers: JSON documents in SQLite, so that a restart loses nothing."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_SCHEMA = """
create table if not exists document (
    scope text not null, kind text not null, name text not null, body text not null,
    position integer primary key autoincrement, unique (scope, kind, name)
)
"""


class Database:
    """One SQLite file, shared by all accounts and regions; writes are serialised."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute(_SCHEMA)
        self.lock = threading.RLock()

    def execute(self, statement: str, *values: Any) -> list[Any]:
        """Run one statement and return its rows."""
        with self.lock:
            return self._connection.execute(statement, values).fetchall()

    def scopes(self) -> list[str]:
        """Return the scopes that hold documents, for picking up work after a restart."""
        return [row[0] for row in self.execute("select distinct scope from document")]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Let what is executed within happen as a whole or not at all, and in one write."""
        with self.lock:
            self._connection.execute("begin")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def clear(self) -> None:
        """Forget everything."""
        self.execute("delete from document")


class Store:
    """The documents of one account and region. `kind` is a resource type such as "TrainingJob", `name` its identifier.

    Times are kept as epoch seconds (float), as the API's JSON protocol writes them.
    """

    def __init__(self, database: Database, account: str, region: str) -> None:
        self._database = database
        self.account = account
        self.region = region
        self.scope = f"{account}/{region}"

    def get(self, kind: str, name: str) -> Document | None:
        """Return a copy of a document, or None."""
        rows = self._database.execute(
            "select body from document where scope = ? and kind = ? and name = ?", self.scope, kind, name
        )
        return json.loads(rows[0][0]) if rows else None

    def put(self, kind: str, name: str, document: Document) -> None:
        """Create or replace a document; its place in `list` stays."""
        self._database.execute(
            "insert into document (scope, kind, name, body) values (?, ?, ?, ?) "
            "on conflict (scope, kind, name) do update set body = excluded.body",
            self.scope, kind, name, json.dumps(document),
        )  # fmt: skip

    def put_all(self, kind: str, documents: dict[str, Document]) -> None:
        """Create or replace documents by their names, all or none."""
        if not documents:
            return
        with self._database.transaction():
            for name, document in documents.items():
                self.put(kind, name, document)

    def insert(self, kind: str, name: str, document: Document) -> bool:
        """Create a document; False, and nothing changed, if the name is taken."""
        with self._database.lock:
            if self.get(kind, name) is not None:
                return False
            self.put(kind, name, document)
            return True

    def update(self, kind: str, name: str, change: Callable[[Document], None]) -> Document:
        """Apply `change` to a document atomically and return the result; KeyError if it does not exist."""
        with self._database.lock:
            document = self.get(kind, name)
            if document is None:
                raise KeyError(f"{kind} {name}")
            change(document)
            self.put(kind, name, document)
            return document

    def delete(self, kind: str, name: str) -> bool:
        """Remove a document; False if there was none."""
        with self._database.lock:
            existed = self.get(kind, name) is not None
            self._database.execute(
                "delete from document where scope = ? and kind = ? and name = ?", self.scope, kind, name
            )
            return existed

    def list(self, kind: str) -> list[Document]:
        """Return the documents of a kind, oldest first."""
        rows = self._database.execute(
            "select body from document where scope = ? and kind = ? order by position", self.scope, kind
        )
        return [json.loads(row[0]) for row in rows]
