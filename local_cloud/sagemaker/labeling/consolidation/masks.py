"""Masks of several workers: each pixel is what most of them say it is."""

import base64
import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor

from local_cloud.sagemaker.labeling.consolidation import Answers, Label, Question

_BACKGROUND = "#ffffff"
Pixels = npt.NDArray[np.uint8]


def consolidate(answers: list[Answers], question: Question) -> dict[str, Label]:
    """Consolidate the masks of each object; the label is where the picture of the mask is kept."""
    return {item.object_id: _one(item, question) for item in answers}


def _one(item: Answers, question: Question) -> Label:
    masks = [_classes(value, question) for value in item.by_worker.values()]
    if len({mask.shape for mask in masks}) != 1:
        raise ValueError(f"the workers' masks of object {item.object_id} differ in size")
    votes = np.stack([np.sum([mask == index for mask in masks], axis=0) for index in range(len(question.names) + 1)])
    found = np.argmax(votes, axis=0)
    sure = 0.0 if len(masks) == 1 else round(float(votes.max(axis=0).mean() / len(masks)), 2)
    colors = [_BACKGROUND, *_colors(item, question)]
    picture = np.array([ImageColor.getrgb(color) for color in colors], np.uint8)[found]
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    used = sorted({int(index) for index in np.unique(found)})
    color_map = {
        str(index): {"class-name": ["BACKGROUND", *question.names][index], "confidence": sure,
                     "hex-color": colors[index]}
        for index in used
    }  # fmt: skip
    return Label(question.keep_picture(item.object_id, content.getvalue()), {"internal-color-map": color_map})


def _classes(value: dict[str, Any], question: Question) -> Pixels:
    """Return the class of each pixel of one worker's picture: 0 is none, 1 the first category."""
    with Image.open(io.BytesIO(base64.b64decode(value["labeledImage"]["pngImageData"]))) as picture:
        colors = np.asarray(picture.convert("RGBA"))
    found = np.zeros(colors.shape[:2], np.uint8)
    for name, mapping in value["labelMappings"].items():
        same = (colors[..., :3] == ImageColor.getrgb(mapping["color"])).all(axis=-1) & (colors[..., 3] > 0)
        found[same] = question.index(name) + 1
    return found


def _colors(item: Answers, question: Question) -> list[str]:
    known: dict[str, str] = {}
    for value in item.by_worker.values():
        known |= {name: mapping["color"] for name, mapping in value["labelMappings"].items()}
    spare = ["#%06x" % (0x1F77B4 + 0x2F3B57 * index & 0xFFFFFF) for index in range(len(question.names))]
    return [known.get(name, color) for name, color in zip(question.names, spare, strict=True)]
