#!/usr/bin/env python3
"""Makes test/golden/coco-eval.json: what pycocotools' COCOeval (2.0.11) says of detections made here, and of shifted nuclei.

  python3 test/golden/make/coco-eval.py ../shared/data/dsb2018/val.json > test/golden/coco-eval.json

The first part has crowds, areas that differ from the mask's, ties of score and of overlap, categories without truths, without
detections, with crowds alone and with nothing at all, empty masks, an image with over 100 detections of a category, images without
anything, ids with gaps and out of order. The second part keeps only the numbers: its detections are the truths of a public data set,
shifted by a rule that the test repeats (function `shifted` below).
"""
import contextlib
import io
import json
import sys

import numpy as np
from pycocotools import mask as coco
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

rng = np.random.Generator(np.random.PCG64(20260102))
W, H = 160, 120
CATEGORIES = [90, 1, 3, 7, 17, 44, 45]  # 17: detections alone; 44: crowds alone; 45: nothing
NAMES = ["ap", "ap50", "ap75", "apSmall", "apMedium", "apLarge", "ar1", "ar10", "ar100", "arSmall", "arMedium", "arLarge"]


def ellipse(cx, cy, rx, ry):
    y, x = np.mgrid[0:H, 0:W]
    return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1


def encoded(mask):
    rle = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return rle["counts"].decode(), int(coco.area(rle)), [float(v) for v in coco.toBbox(rle)]


def truth(image, category, shape, crowd):
    counts, area, bbox = encoded(ellipse(*shape))
    stated = area if rng.random() < 0.6 else round(area * float(rng.uniform(0.7, 1.3)), 3)
    if rng.random() < 0.5:
        bbox = [round(v + float(rng.uniform(-0.4, 0.4)), 2) for v in bbox]
    return {"image": image, "category": category, "counts": counts, "area": stated, "bbox": bbox, "crowd": int(crowd)}


def detection(image, category, shape, score):
    counts, _, bbox = encoded(ellipse(*shape))
    if rng.random() < 0.5:
        bbox = [round(v + float(rng.uniform(-0.4, 0.4)), 2) for v in bbox]
    return {"image": image, "category": category, "counts": counts, "bbox": bbox, "score": score}


def shape():
    s = np.exp(rng.uniform(np.log(3), np.log(75)))
    r = np.exp(rng.uniform(-0.4, 0.4))
    return rng.uniform(5, W - 5), rng.uniform(5, H - 5), s * r, s / r


def near(shape, level):
    cx, cy, rx, ry = shape
    return cx + rng.normal(0, level) * rx, cy + rng.normal(0, level) * ry, rx * np.exp(rng.normal(0, level)), ry * np.exp(rng.normal(0, level))


def scene(image):
    truths, detections = [], []
    for _ in range(int(rng.integers(0, 9))):
        category, place = int(rng.choice([90, 1, 3, 7, 44])), shape()
        truths.append(truth(image, category, place, category == 44 or rng.random() < 0.12))
        for copy in range(int(rng.integers(0, 4))):
            seen = category if rng.random() < 0.85 else int(rng.choice(CATEGORIES[:-1]))
            score = round(float(np.clip(rng.normal(0.7 - 0.1 * copy, 0.25), 0, 1)), 1 if rng.random() < 0.7 else 3)
            detections.append(detection(image, seen, near(place, 0.03 if copy == 0 else 0.12), score))
    for _ in range(int(rng.integers(0, 4))):
        detections.append(detection(image, int(rng.choice(CATEGORIES[:-1])), shape(), round(float(rng.uniform(0, 0.5)), 1)))
    order = rng.permutation(len(detections))
    return truths, [detections[i] for i in order]


def special(image):
    """Exact overlaps of 0.5, twins, empty masks, and 130 detections of one category."""
    def box(x, y, w, h):
        mask = np.zeros((H, W), bool)
        mask[y : y + h, x : x + w] = True
        return encoded(mask)

    truths, detections = [], []
    for x, y, w, h, crowd in ((10, 10, 20, 10, 0), (60, 10, 10, 10, 0), (60, 10, 10, 10, 0), (100, 40, 32, 32, 0), (0, 60, 90, 60, 1), (150, 100, 0, 0, 0)):
        counts, area, bbox = box(x, y, w, h)
        truths.append({"image": image, "category": 1, "counts": counts, "area": area, "bbox": bbox, "crowd": crowd})
    for x, y, w, h, score in (
        (10, 10, 20, 5, 0.9), (10, 10, 20, 10, 0.9), (60, 10, 10, 10, 0.8), (60, 10, 10, 10, 0.8), (60, 10, 10, 10, 0.8),
        (100, 40, 32, 31, 0.7), (100, 40, 32, 33, 0.7), (5, 70, 10, 10, 0.95), (85, 70, 10, 10, 0.6), (0, 0, 0, 0, 0.99),
    ):
        counts, _, bbox = box(x, y, w, h)
        detections.append({"image": image, "category": 1, "counts": counts, "bbox": bbox, "score": score})
    for i in range(130):
        counts, _, bbox = box(2 * (i % 70), 30 + 2 * (i // 70), 3, 3)
        detections.append({"image": image, "category": 3, "counts": counts, "bbox": bbox, "score": round(0.5 - (i % 13) / 100, 2)})
    for i in (5, 17, 60, 128, 129):
        counts, area, bbox = box(2 * (i % 70), 30 + 2 * (i // 70), 3, 3)
        truths.append({"image": image, "category": 3, "counts": counts, "area": area, "bbox": bbox, "crowd": 0})
    return truths, detections


def loaded(images, categories, truths, detections, boxes):
    """COCO objects; `boxes`: whether the results carry bbox beside segmentation, which changes their areas in loadRes."""
    annotations = [
        {"id": i + 1, "image_id": t["image"], "category_id": t["category"], "iscrowd": t["crowd"], "area": t["area"], "bbox": t["bbox"],
         "segmentation": {"size": [t["size"][1], t["size"][0]] if "size" in t else [H, W], "counts": t["counts"]}}
        for i, t in enumerate(truths)
    ]
    results = [
        {"image_id": d["image"], "category_id": d["category"], "score": d["score"],
         "segmentation": {"size": [d["size"][1], d["size"][0]] if "size" in d else [H, W], "counts": d["counts"]},
         **({"bbox": d["bbox"]} if boxes else {})}
        for d in detections
    ]
    gt = COCO()
    gt.dataset = {"images": images, "annotations": annotations, "categories": [{"id": c, "name": str(c)} for c in categories]}
    gt.createIndex()
    return gt, gt.loadRes(results)


def number(values):
    values = values[values > -1]
    return float(np.mean(values)) if values.size else None


def numbers(precision, recall):
    """COCO's twelve numbers of precision (T, R, K, A, M) and recall (T, K, A, M), at whatever limits were set."""
    p, r = precision[..., 2], recall[..., 2]
    return dict(zip(NAMES, [
        number(p[:, :, :, 0]), number(p[0, :, :, 0]), number(p[5, :, :, 0]), number(p[:, :, :, 1]), number(p[:, :, :, 2]), number(p[:, :, :, 3]),
        number(recall[:, :, 0, 0]), number(recall[:, :, 0, 1]), number(r[:, :, 0]), number(r[:, :, 1]), number(r[:, :, 2]), number(r[:, :, 3]),
    ]))


def measured(data, iou, boxes, limits, agnostic=False):
    with contextlib.redirect_stdout(io.StringIO()):
        e = COCOeval(*loaded(*data, boxes), iou)
        e.params.maxDets = list(limits)
        e.params.useCats = 0 if agnostic else 1
        e.evaluate()
        e.accumulate()
        e.summarize()
    precision, recall = e.eval["precision"], e.eval["recall"]
    total = numbers(precision, recall)
    if limits == (1, 10, 100):
        assert np.allclose([-1 if total[n] is None else total[n] for n in NAMES], e.stats, rtol=0, atol=0)
    per_category = {}
    for k, category in enumerate([] if agnostic else e.params.catIds):
        per_category[str(category)] = numbers(precision[:, :, k : k + 1], recall[:, k : k + 1])
    found = precision[0, :, :, 0, 2]
    curve = found[:, found[0] > -1].mean(1).tolist()
    # (T, R) of the first category, or of all together
    curves = precision[:, :, 0, 0, 2].round(12).tolist()
    return {
        "iou": iou, "boxAreas": bool(boxes and iou == "segm"), "limits": list(limits), "agnostic": agnostic,
        "total": total, "perCategory": per_category, "precision50": curve, "curves": curves,
    }


def shifted(truths):
    """A detection for most truths: dropped, shifted and scored by the bits of a hash of its place in the file."""
    detections = []
    for i, t in enumerate(truths):
        h = (i * 2654435761) % 2**32
        if (h >> 4) % 8 == 0:
            continue
        dx, dy = (h >> 7) % 7 - 3, (h >> 12) % 5 - 2
        mask = coco.decode({"size": [t["size"][1], t["size"][0]], "counts": t["counts"]})
        moved = np.zeros_like(mask)
        height, width = mask.shape
        moved[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)] = mask[max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)]
        counts, _, bbox = encoded(moved)
        detections.append({"image": t["image"], "category": t["category"], "size": t["size"], "counts": counts, "bbox": bbox, "score": ((h >> 16) % 500) / 500})
    return detections


def nuclei(path):
    with open(path) as f:
        data = json.load(f)
    sizes = {image["id"]: [image["width"], image["height"]] for image in data["images"]}
    truths = [
        {"image": a["image_id"], "category": a["category_id"], "crowd": a["iscrowd"], "area": a["area"], "bbox": a["bbox"],
         "size": sizes[a["image_id"]], "counts": a["segmentation"]["counts"]}
        for a in data["annotations"]
    ]
    return data["images"], [c["id"] for c in data["categories"]], truths, shifted(truths)


ids = [int(v) for v in rng.permutation(np.arange(5, 405, 10))]
truths, detections = [], []
for place, image in enumerate(ids):
    t, d = special(image) if place == 3 else scene(image)
    truths += t
    detections += d
images = [{"id": i, "width": W, "height": H} for i in ids]
scenes = (images, CATEGORIES, truths, detections)
cells = nuclei(sys.argv[1])
LIMITS = (1, 10, 100)
print(
    json.dumps(
        {
            "width": W,
            "height": H,
            "categories": CATEGORIES,
            "images": ids,
            "truths": truths,
            "detections": detections,
            "scenes": [
                measured(scenes, "segm", False, LIMITS),
                measured(scenes, "segm", True, LIMITS),
                measured(scenes, "bbox", True, LIMITS),
                measured(scenes, "segm", False, (1, 3, 7)),
                measured(scenes, "bbox", True, (2, 20, 1000)),
                measured(scenes, "segm", False, LIMITS, agnostic=True),
                measured(scenes, "bbox", True, LIMITS, agnostic=True),
            ],
            "nuclei": [
                measured(cells, "segm", False, LIMITS),
                measured(cells, "bbox", True, LIMITS),
                measured(cells, "segm", False, (1, 10, 1000)),
            ],
        },
        separators=(",", ":"),
    )
)
