"""Links of dashboards to runbooks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunbookLinks:
    """Where the files of this repository can be read.

    Attributes:
        repository_url: their address in a browser, up to the folder that holds `docs`; None: their paths are shown.
    """

    repository_url: str | None

    def to(self, path: str, words: str) -> str:
        """Return a link in Markdown to a file and its heading.

        >>> RunbookLinks("https://git.example.com/main/").to("docs/runbooks/release.md#releasefailed", "failed")
        '[failed](https://git.example.com/main/docs/runbooks/release.md#releasefailed)'
        >>> RunbookLinks(None).to("docs/runbooks/release.md", "releases")
        'releases: `docs/runbooks/release.md`'
        """
        if self.repository_url is None:
            return f"{words}: `{path}`"
        return f"[{words}]({self.repository_url.rstrip('/')}/{path})"
