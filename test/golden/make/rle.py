#!/usr/bin/env python3
"""Makes test/golden/rle.json: what pycocotools (2.0.11) says of masks, boxes and polygons.

  python3 test/golden/make/rle.py > test/golden/rle.json
"""
import json

import numpy as np
from pycocotools import mask as coco

rng = np.random.Generator(np.random.PCG64(20260101))


def text(rle):
    return rle["counts"].decode()


def encode(mask):
    return coco.encode(np.asfortranarray(mask.astype(np.uint8)))


def blob(height, width):
    y, x = np.mgrid[0:height, 0:width]
    mask = np.zeros((height, width), bool)
    for _ in range(3):
        cx, cy, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.5, 0.5 + max(height, width) / 3)
        mask ^= (x - cx) ** 2 + (y - cy) ** 2 < r * r
    return mask


def masks():
    """(case, mask)"""
    for height, width in ((1, 1), (1, 9), (9, 1), (7, 5), (33, 20), (37, 83)):
        size = f"{width}x{height}"
        yield f"{size} empty", np.zeros((height, width), bool)
        yield f"{size} full", np.ones((height, width), bool)
        one = np.zeros((height, width), bool)
        one[rng.integers(height), rng.integers(width)] = True
        yield f"{size} one pixel", one
        yield f"{size} without one pixel", ~one
        yield f"{size} noise", rng.random((height, width)) < 0.5
        yield f"{size} specks", rng.random((height, width)) < 0.05
        yield f"{size} blob", blob(height, width)
        yield f"{size} chessboard", np.add.outer(np.arange(height), np.arange(width)) % 2 == 1
    ring = np.ones((33, 20), bool)
    ring[5:30, 4:15] = False
    yield "ring that touches every border", ring
    yield "rectangle inside", ~ring
    hole = ~ring
    hole[10:12, 7:9] = False
    hole[20, 7:12] = False
    yield "two holes", hole
    hole[2, 1:3] = hole[31:, 17:] = True
    yield "two holes, three parts, one in a corner", hole
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        one = np.zeros((33, 20), bool)
        one[corner] = True
        yield f"one pixel in corner {corner}", one
    for border in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1], np.s_[[0, -1]], np.s_[:, [0, -1]]):
        line = np.zeros((33, 24), bool)
        line[border] = True
        yield f"borders {border}", line
    wide = np.zeros((120, 160), bool)
    wide[:, 40:90] = True
    yield "whole columns", wide
    for _ in range(4):
        yield "large blob", blob(120, 160)


def describe(case, mask):
    rle = encode(mask)
    height, width = mask.shape
    return {
        "case": case,
        "width": width,
        "height": height,
        "rows": ["".join("01"[int(v)] for v in row) for row in mask] if mask.size <= 700 else None,
        "text": text(rle),
        "area": int(coco.area(rle)),
        "xywh": [float(v) for v in coco.toBbox(rle)],
    }


def groups():
    """Sets of masks of one size: merged both ways, the first without the second, and every IoU, with and without crowds."""
    for height, width in ((1, 1), (1, 40), (40, 1), (7, 5), (33, 20), (120, 160)):
        parts = [blob(height, width) for _ in range(5)] + [np.zeros((height, width), bool), np.ones((height, width), bool)]
        rles = [encode(part) for part in parts]
        crowd = [0, 1, 0, 1, 0, 1, 1]
        yield {
            "width": width,
            "height": height,
            "texts": [text(r) for r in rles],
            "union": text(coco.merge(rles)),
            "intersection": text(coco.merge(rles[:2], intersect=True)),
            "difference": text(encode(parts[0] & ~parts[1])),
            "crowd": crowd,
            "iou": np.asarray(coco.iou(rles, rles, crowd)).reshape(-1).tolist(),
        }


def star(points, cx, cy, rx, ry, digits):
    t = np.sort(rng.uniform(0, 2 * np.pi, points))
    r = rng.uniform(0.4, 1.2, points)
    return np.round(np.stack([cx + rx * r * np.cos(t), cy + ry * r * np.sin(t)], 1), digits).reshape(-1).tolist()


def polygons():
    """(width, height, polygons): inside, partly and wholly outside, tiny, degenerate, self-crossing, with a hole, several parts."""
    for digits in (0, 1, 2, 12):
        for points in (3, 4, 5, 12, 60):
            yield 64, 48, [star(points, rng.uniform(0, 64), rng.uniform(0, 48), rng.uniform(1, 30), rng.uniform(1, 30), digits)]
    for _ in range(12):
        yield 64, 48, [star(9, rng.uniform(-60, 120), rng.uniform(-60, 120), rng.uniform(1, 90), rng.uniform(1, 90), 2)]
    for _ in range(12):
        yield 30, 40, [rng.uniform(-20, 60, 14).round(3).tolist()]
    for _ in range(6):
        yield 50, 50, [star(7, rng.uniform(0, 50), rng.uniform(0, 50), 12, 12, 2) for _ in range(4)]
    yield 20, 10, [[-5, -5, 25, -5, 25, 15, -5, 15]]
    yield 20, 10, [[0, 0, 20, 0, 20, 10, 0, 10]]
    yield 20, 10, [[100, 100, 120, 100, 110, 130]]
    yield 20, 10, [[-100, 3, -120, 3, -110, 30]]
    yield 20, 10, [[3, 3, 3, 3, 3, 3]]
    yield 20, 10, [[3, 3, 9, 3, 15, 3]]
    yield 20, 10, [[3, 1, 3, 5, 3, 9]]
    yield 20, 10, [[3.3, 3.3, 3.9, 3.3, 3.9, 3.9, 3.3, 3.9]]
    yield 20, 10, [[4, 4, 5, 4, 5, 5, 4, 5]]
    yield 20, 10, [[2, 2, 2, 2, 12, 2, 12, 2, 12, 8, 2, 8, 2, 2]]
    yield 20, 10, [[2, 2, 12, 8, 12, 2, 2, 8]]
    yield 20, 10, [[1, 1, 15, 1, 15, 9, 1, 9, 1, 1, 4, 3, 4, 7, 9, 7, 9, 3, 4, 3]]
    yield 20, 10, [[0, 0, 4, 0, 4, 4, 0, 4], [4, 0, 8, 0, 8, 4, 4, 4], [16, 6, 20, 6, 20, 10, 16, 10]]
    yield 20, 10, [[-8, 2, -2, 2, -2, 8], [22, 2, 30, 2, 30, 8], [2, -9, 8, -9, 8, -1], [2, 11, 8, 11, 8, 19]]
    yield 20, 10, [[-3.7, 2.2, 8.1, -4.4, 23.6, 5.5, 9.9, 14.3]]
    yield 1, 40, [rng.uniform(-10, 50, 16).round(2).tolist()]
    yield 40, 1, [rng.uniform(-10, 50, 16).round(2).tolist()]
    yield 1, 1, [[0, 0, 1, 0, 1, 1, 0, 1]]
    yield 1, 9, [[-0.5, 1.5, 1.5, 1.5, 1.5, 6.5, -0.5, 6.5]]
    yield 9, 1, [[1.5, -0.5, 6.5, -0.5, 6.5, 1.5, 1.5, 1.5]]
    yield 64, 48, [[-100000, -90000.5, 100000.25, 3, 50, 100000]]
    yield 64, 48, [star(2000, 32, 24, 25, 20, 3)]


def boxes():
    for xywh in ([0, 0, 5, 4], [3, 2, 1, 1], [3, 2, 0, 5], [-4, -3, 8, 20], [2.2, 3.7, 6.5, 4.4], [50, 50, 5, 5]):
        yield {"xywh": xywh, "text": text(coco.frPyObjects(np.array([xywh], float), 12, 20)[0])}
    for _ in range(14):
        xywh = np.concatenate([rng.uniform(-5, 20, 2), rng.uniform(0, 15, 2)]).round(2).tolist()
        yield {"xywh": xywh, "text": text(coco.frPyObjects(np.array([xywh], float), 12, 20)[0])}


def counts():
    """Uncompressed run lengths, among them some of length zero, which pycocotools writes as they are."""
    for height, width, runs in (
        (5, 4, [20]),
        (5, 4, [0, 20]),
        (5, 4, [0, 1, 18, 1]),
        (5, 4, [3, 0, 4, 5, 0, 0, 8]),
        (5, 4, [3, 4, 0, 5, 8, 0]),
        (4000, 4000, [8000000, 4000, 15, 0, 1985, 7994000]),
    ):
        rle = coco.frPyObjects({"counts": runs, "size": [height, width]}, height, width)
        xywh = [float(v) for v in coco.toBbox(rle)]
        yield {"width": width, "height": height, "counts": runs, "text": text(rle), "area": int(coco.area(rle)), "xywh": xywh}


print(
    json.dumps(
        {
            "masks": [describe(*m) for m in masks()],
            "groups": list(groups()),
            "polygons": [
                {"width": w, "height": h, "polygons": p, "text": text(coco.merge(coco.frPyObjects(p, h, w)))} for w, h, p in polygons()
            ],
            "boxes": list(boxes()),
            "counts": list(counts()),
        },
        separators=(",", ":"),
    )
)
