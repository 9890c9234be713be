#!/usr/bin/env python3
"""Makes test/golden/exchange/*: what the tools' own code makes of masks, for the formats of dataset/exchange.

  pip install numpy pillow pycocotools pyarrow label-studio-sdk labelme
  python3 test/golden/make/exchange.py test/golden/exchange

brushes.json   Label Studio's converter (label_studio_sdk.converter.brush.mask2rle): a mask as COCO text, and as brush numbers
labelme.json   LabelMe's shapes of one picture, and the picture that LabelMe itself draws from each (labelme.utils.shape)
labels.parquet a table as pyarrow writes it by default, with whole numbers of 64 bits
"""
import base64
import io
import json
import os
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from label_studio_sdk.converter.brush import decode_rle, mask2rle
from labelme.utils.shape import shapes_to_label
from PIL import Image
from pycocotools import mask as coco

out = sys.argv[1]
rng = np.random.Generator(np.random.PCG64(20260606))


def text(mask):
    return coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()


def blob(height, width):
    y, x = np.mgrid[0:height, 0:width]
    mask = np.zeros((height, width), bool)
    for _ in range(3):
        cx, cy, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(1, 1 + max(height, width) / 3)
        mask ^= (x - cx) ** 2 + (y - cy) ** 2 < r * r
    return mask


def brushes():
    masks = [blob(7, 9), blob(33, 20), rng.random((12, 13)) < 0.5, np.zeros((3, 5), bool), np.ones((4, 4), bool)]
    masks += [blob(200, 301), np.ones((150, 150), bool), blob(1, 40)]
    for mask in masks:
        numbers = mask2rle(mask.astype(np.uint8) * 255)
        assert (decode_rle(numbers).reshape(*mask.shape, 4)[:, :, 3] > 0).tolist() == mask.tolist()
        yield {"width": mask.shape[1], "height": mask.shape[0], "text": text(mask), "brush": [int(n) for n in numbers]}


def png(mask):
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8)).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()


def labelme():
    height, width = 30, 40
    ring = np.zeros((10, 12), bool)
    ring[1:9, 2:11] = True
    ring[3:6, 4:8] = False
    shapes = [
        {"label": "ring", "points": [[5, 6], [16, 15]], "shape_type": "mask", "mask": ring, "group_id": None},
        {"label": "cut", "points": [[-4, 25], [7, 34]], "shape_type": "mask", "mask": ring, "group_id": None},
        {"label": "square", "points": [[20, 4], [26, 4], [26, 9], [20, 9]], "shape_type": "polygon", "group_id": 1},
        {"label": "square", "points": [[30, 4], [33, 4], [33, 9]], "shape_type": "polygon", "group_id": 1},
        {"label": "inset", "points": [[20.05, 14.05], [25.95, 14.05], [25.95, 18.95], [20.05, 18.95]], "shape_type": "polygon", "group_id": None},
    ]
    values = {"ring": 1, "cut": 2, "square": 3, "inset": 4}
    drawn, _ = shapes_to_label((height, width), shapes, values)
    for shape in shapes:
        shape.update(flags={}, description="", mask=png(shape["mask"]) if "mask" in shape else None)
    document = {"version": "5.8.1", "flags": {}, "shapes": shapes, "imagePath": "..\\pictures\\a.jpg", "imageData": None}
    document |= {"imageHeight": height, "imageWidth": width}
    return {"document": document, "drawn": {name: text(drawn == value) for name, value in values.items()}}


def table():
    mask = blob(20, 30)
    ys, xs = np.nonzero(mask)
    box = [float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1)]
    row = dict(file_name="a b/ü.jpg", width=30, height=20, category='say "x"', rle=text(mask), score=0.25)
    row |= dict(zip(("x1", "y1", "x2", "y2"), box)) | {"label_id": "p7", "comment": "not ours"}
    empty = dict.fromkeys(row) | dict(file_name="empty.jpg", width=30, height=20)
    return pa.Table.from_pylist([row, empty])


def write(name, value):
    with open(os.path.join(out, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)


write("brushes.json", list(brushes()))
write("labelme.json", labelme())
pq.write_table(table(), os.path.join(out, "labels.parquet"))
