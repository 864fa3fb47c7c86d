"""How much texts stand out."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 has it."""

    def luminance(colour: str) -> float:
        parts = _parts(colour)
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _parts(colour: str) -> list[float]:
    if colour.startswith("color(srgb"):  # how Chromium gives what is mixed
        return [float(part) for part in colour.removeprefix("color(srgb").strip("() ").split()[:3]]
    return [float(part) / 255 for part in colour.strip("rgb()").split(",")[:3]]
