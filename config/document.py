"""A file of configuration as messages speak of it: each names file, line and key."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from config import messages, yaml_file
from config.errors import ConfigError, KeyPath
from config.wording import one_line
from config.yaml_file import YamlFile

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Document:
    """A file and what it holds.

    Attributes:
        file: content, lines and texts.
        shown: how messages name the file.
        others: top-level keys whose values are not the file's.
        source: where those come from, for people.
    """

    file: YamlFile
    shown: str
    others: frozenset[str] = frozenset()
    source: str = ""

    @classmethod
    def read(cls, path: Path, root: Path) -> "Document":
        """Read a file below a root; ConfigError if it is not a mapping in YAML."""
        shown = path.relative_to(root).as_posix()
        return cls(yaml_file.read(path, shown), shown)

    def given(self, source: str, **values: Any) -> "Document":
        """Return the document with other values of some keys, and where they come from."""
        file = replace(self.file, content={**self.file.content, **values})
        return replace(self, file=file, others=frozenset(values), source=source)

    def understood(self, model: type[T]) -> T:
        """Return the content as the schema has it; ConfigError with a line for each error, in the file's order."""
        try:
            return model.model_validate(self.file.content)
        except ValidationError as error:
            found = messages.sentences(model, self.file.content, error, self.file.texts)
            found.sort(key=lambda sentence: (self.file.line_of(sentence[0]), sentence[1]))
            raise ConfigError("\n".join(f"{self.place(path)}: {one_line(text)}" for path, text in found)) from error

    def place(self, key: KeyPath) -> str:
        """Return where a key stands: file, line and key; or the key and where its value comes from."""
        name = ".".join(map(str, key))
        if key and key[0] in self.others:
            return f"{name} ({self.source})"
        return f"{self.shown}:{self.file.line_of(key)}{f': {name}' if key else ''}"

    def refuse(self, key: KeyPath, text: str) -> NoReturn:
        """Raise ConfigError about a key; the text without a full stop."""
        raise ConfigError(f"{self.place(key)}: {one_line(text)}.")

    def require_name(self, found: str, wanted: str, what: str) -> None:
        """Refuse a name other than that of the file or folder."""
        if found != wanted:
            self.refuse(("name",), f"found {found!r}; allowed is {wanted!r}, the {what}'s own name. Rename one of them")
