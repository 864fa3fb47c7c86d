"""Words of SQL from words of people."""


def text(value: str) -> str:
    """Return a text in SQL."""
    return "'" + value.replace("'", "''") + "'"


def pointer(key: str) -> str:
    """Return where the value of a key of an object is (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def lines(files: str) -> str:
    """Return a query of the lines of files, `filename` and `content`; what is no UTF-8 costs its line only."""
    # A separator that no line has, so that a line is one cell, whatever is in it.
    return (
        f"SELECT filename, content FROM read_csv([{files}], columns = {{'content': 'VARCHAR'}}, header = false, "  # noqa: S608
        "delim = '\\x01', quote = '', escape = '', filename = true, max_line_size = 33554432, "
        "null_padding = true, store_rejects = true, auto_detect = false)"
    )
