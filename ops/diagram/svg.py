"""The picture as a file: SVG with its own styles, light and dark, and nothing from elsewhere."""

from pathlib import Path

from ops.diagram.describing import description, in_words
from ops.diagram.icons import ICONS
from ops.diagram.layout import VPC
from ops.diagram.picture import Picture
from ops.diagram.text import clean

TEMPLATE = Path(__file__).with_name("picture.svg.j2")


def svg(picture: Picture) -> str:
    """Return the file of a picture; the same architecture gives the same bytes."""
    from ops.pages import render  # Jinja takes a while to import

    shown, layout = picture.shown, picture.layout
    titles = {box.key: box.title for box in shown.boxes}
    return render(
        TEMPLATE,
        layout=layout,
        title=clean(shown.title),
        description=clean(description(shown)),
        arrows=[(one, clean(in_words(one.arrow, titles))) for one in picture.arrows],
        boxes=[
            (box, rect, texts, "\n".join(map(clean, box.members)) or clean(box.title))
            for box, rect, texts in picture.boxes
        ],
        texts=[*layout.texts, *layout.inside.get(VPC, ()), *picture.words, *(text for *_, text in layout.legend)],
        icons=ICONS,
    )
