#!/usr/bin/env python3
"""Makes test/golden/lvis-eval.json: what lvis-api's LVISEval (0.5.3, https://github.com/lvis-dataset/lvis-api) says of detections made here.

  PYTHONPATH=lvis-api python3 test/golden/make/lvis-eval.py > test/golden/lvis-eval.json

lvis-api needs pycocotools, and `np.float` in lvis/eval.py written as `float` where numpy is 1.24 or newer.
There are rare, common and frequent categories; categories that an image's labels do not speak of, those that were looked for and are not
there, and those of which not every object was labeled; categories without truths and with nothing at all; ties of score; truths and
detections without area; an image with more than 300 detections; ids with gaps and out of order.
"""
import contextlib
import copy
import io
import json
import logging
import tempfile

import numpy as np
from lvis import LVIS, LVISEval, LVISResults
from pycocotools import mask as coco

logging.disable(logging.WARNING)
rng = np.random.Generator(np.random.PCG64(20260203))
W, H = 240, 180
# 61: detections alone, and not there in some images; 70: nothing
FREQUENCIES = {30: "f", 2: "f", 5: "c", 11: "c", 12: "r", 40: "r", 61: "r", 70: "c"}
PRESENT = [30, 30, 30, 2, 2, 5, 11, 12, 40]
SEEN = [category for category in FREQUENCIES if category != 70]
NAMES = ["ap", "ap50", "ap75", "apSmall", "apMedium", "apLarge", "apRare", "apCommon", "apFrequent", "ar300", "arSmall", "arMedium", "arLarge"]


def ellipse(x, y, w, h):
    """The ellipse in a box of corner and size, cut off at the image; nothing where the box is empty."""
    row, column = np.mgrid[0:H, 0:W] + 0.5
    inside = ((column - x - w / 2) / (w / 2)) ** 2 + ((row - y - h / 2) / (h / 2)) ** 2 <= 1 if w and h else np.zeros((H, W), bool)
    rle = coco.encode(np.asfortranarray(inside.astype(np.uint8)))
    return rle["counts"].decode(), int(coco.area(rle)), [float(v) for v in coco.toBbox(rle)]


def place():
    size = np.exp(rng.uniform(np.log(5), np.log(190), 2))
    return int(rng.integers(0, W - 4)), int(rng.integers(0, H - 4)), int(size[0]), int(size[1])


def near(at, level):
    x, y, w, h = at
    dx, dy, dw, dh = rng.normal(0, level, 4)
    return round(x + dx * w), round(y + dy * h), max(1, round(w * np.exp(dw))), max(1, round(h * np.exp(dh)))


def truth(image, category, at):
    counts, area, bbox = ellipse(*at)
    return {"image": image, "category": category, "counts": counts, "area": area if rng.random() < 0.8 else round(area * 0.9 + 0.25, 2), "bbox": bbox}


def detection(image, category, at, score):
    counts, _, bbox = ellipse(*at)
    if rng.random() < 0.3 and bbox[2] > 0:
        bbox = [round(v + float(rng.uniform(0, 0.4)), 2) for v in bbox]
    return {"image": image, "category": category, "counts": counts, "bbox": bbox, "score": round(float(score), 2)}


def scene(image):
    truths, detections = [], []
    for _ in range(int(rng.integers(0, 7))):
        category, at = int(rng.choice(PRESENT)), place()
        truths.append(truth(image, category, at))
        for copy_ in range(int(rng.integers(0, 4))):
            seen = category if rng.random() < 0.8 else int(rng.choice(SEEN))
            detections.append(detection(image, seen, near(at, 0.04 if copy_ == 0 else 0.12), np.clip(rng.normal(0.7 - 0.1 * copy_, 0.2), 0, 1)))
    for _ in range(int(rng.integers(0, 6))):
        detections.append(detection(image, int(rng.choice(SEEN)), place(), rng.uniform(0, 0.6)))
    return truths, [detections[i] for i in rng.permutation(len(detections))]


def crowded(image):
    """340 detections of all categories, of which the best 300 count; a truth and a detection without area."""
    truths, detections = scene(image)
    truths += [truth(image, 30, (15 * i, 12 * i, 9, 7)) for i in range(12)]
    truths.append({**truth(image, 5, (3, 3, 4, 4)), "area": 0})
    detections.append(detection(image, 5, (3, 3, 4, 4), 0.8))
    detections.append(detection(image, 30, (0, 0, 0, 0), 0.95))
    for i in range(340 - len(detections)):
        detections.append(detection(image, 30 if i % 3 else 2, (15 * (i % 12), 12 * (i % 12) + i % 2, 9, 7), 0.5 - (i % 40) / 100))
    return truths, detections


def spoken_of(truths):
    """What the labels of an image speak of: some absent categories, and some with more objects than were labeled."""
    present = sorted({t["category"] for t in truths})
    absent = [c for c in SEEN if c not in present]
    return {
        "neg_category_ids": [c for c in absent if rng.random() < 0.35],
        "not_exhaustive_category_ids": [c for c in present if rng.random() < 0.25] + [c for c in absent if rng.random() < 0.05],
    }


def dataset(images, truths):
    annotations = [
        {"id": i + 1, "image_id": t["image"], "category_id": t["category"], "area": t["area"], "bbox": t["bbox"],
         "segmentation": {"size": [H, W], "counts": t["counts"]}}
        for i, t in enumerate(truths)
    ]
    return {
        "images": [{"width": W, "height": H, **image} for image in images],
        "annotations": annotations,
        "categories": [{"id": c, "name": str(c), "frequency": f} for c, f in FREQUENCIES.items()],
    }


def number(values):
    values = values[values > -1]
    return float(np.mean(values)) if values.size else None


def per_category(precision, recall):
    return {
        "ap": number(precision[..., 0]), "ap50": number(precision[0, :, 0]), "ap75": number(precision[5, :, 0]),
        "apSmall": number(precision[..., 1]), "apMedium": number(precision[..., 2]), "apLarge": number(precision[..., 3]),
        "ar300": number(recall[..., 0]), "arSmall": number(recall[..., 1]), "arMedium": number(recall[..., 2]), "arLarge": number(recall[..., 3]),
    }


def measured(gt, results, iou, boxes):
    given = [
        {"image_id": d["image"], "category_id": d["category"], "score": d["score"], "segmentation": {"size": [H, W], "counts": d["counts"]},
         **({"bbox": d["bbox"]} if boxes else {})}
        for d in results
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        e = LVISEval(copy.deepcopy(gt), LVISResults(gt, given), iou)
        e.run()
    total = {name: None if value == -1 else float(value) for name, value in zip(NAMES, e.results.values())}
    precision, recall = e.eval["precision"], e.eval["recall"]
    categories = {str(c): per_category(precision[:, :, k], recall[:, k]) for k, c in enumerate(e.params.cat_ids)}
    return {"iou": iou, "boxAreas": boxes, "total": total, "perCategory": categories}


ids = [int(v) for v in rng.permutation(np.arange(7, 307, 10))]
images, truths, detections = [], [], []
for at, image in enumerate(ids):
    t, d = crowded(image) if at == 4 else scene(image)
    images.append({"id": image, **spoken_of(t)})
    truths += t
    detections += d
with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
    json.dump(dataset(images, truths), file)
    file.flush()
    gt = LVIS(file.name)
print(
    json.dumps(
        {
            "width": W,
            "height": H,
            "frequencies": {str(c): f for c, f in FREQUENCIES.items()},
            "images": images,
            "truths": truths,
            "detections": detections,
            "measured": [measured(gt, detections, "segm", False), measured(gt, detections, "segm", True), measured(gt, detections, "bbox", True)],
        },
        separators=(",", ":"),
    )
)
