"""test/golden/coco-eval-boxes.json: boxes with hundredths whose overlaps and areas lie on thresholds, measured by pycocotools 2.0.11.

    pip install pycocotools; python test/golden/make/coco-eval-boxes.py > test/golden/coco-eval-boxes.json
"""
import contextlib
import io
import json
import random

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

random.seed(7)
truths, detections = [], []
for image in range(1, 121):
    x, y = round(random.uniform(0, 60), 2), round(random.uniform(0, 60), 2)
    side = random.choice([32.0, round(random.uniform(8, 40), 2)])
    truths.append([image, x, y, side, 32.0 if side == 32.0 else round(random.uniform(8, 40), 2)])
    _, _, _, w, h = truths[-1]
    # Half, or three quarters, as high: IoU 0.5 or 0.75 to the last bit or one beside it.
    part = random.choice([0.5, 0.75, 1.0])
    detections.append([image, x, y, w, h * part, round(random.uniform(0.1, 1), 3)])
    if random.random() < 0.3:
        detections.append([image, round(x + 30.11, 2), y, 32.0, 32.0, round(random.uniform(0.1, 1), 3)])

gt = {
    "images": [{"id": i, "width": 200, "height": 200} for i in range(1, 121)],
    "categories": [{"id": 1, "name": "box"}],
    "annotations": [
        {"id": n + 1, "image_id": i, "category_id": 1, "bbox": [x, y, w, h], "area": w * h, "iscrowd": 0}
        for n, (i, x, y, w, h) in enumerate(truths)
    ],
}
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO()
    coco.dataset = gt
    coco.createIndex()
    results = coco.loadRes([{"image_id": i, "category_id": 1, "bbox": [x, y, w, h], "score": s} for i, x, y, w, h, s in detections])
    measured = COCOeval(coco, results, "bbox")
    measured.evaluate()
    measured.accumulate()
    measured.summarize()
names = ["ap", "ap50", "ap75", "apSmall", "apMedium", "apLarge", "ar1", "ar10", "ar100", "arSmall", "arMedium", "arLarge"]
numbers = {name: (None if value < 0 else float(value)) for name, value in zip(names, measured.stats)}
print(json.dumps({"truths": truths, "detections": detections, "numbers": numbers}, separators=(",", ":")))
