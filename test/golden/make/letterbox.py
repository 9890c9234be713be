"""Makes test/golden/letterbox.json: pictures letterboxed by OpenCV as Ultralytics' LetterBox does it (auto=False, scaleup=True).

usage: python test/golden/make/letterbox.py > test/golden/letterbox.json     (needs numpy and opencv-python-headless; made with 5.0.0)
The pictures are formulas, so that the test can make them too. `pixels` are HxWx3 uint8, base64.
"""
import base64
import json

import cv2
import numpy as np

CASES = [
    # width, height, input width, input height
    (24, 16, 16, 16),
    (13, 29, 16, 16),
    (16, 16, 16, 16),
    (5, 3, 24, 24),
    (7, 11, 20, 12),
    (1, 1, 8, 8),
    (1, 50, 8, 8),
    (90, 2, 12, 12),
    (47, 35, 32, 32),
]


def picture(width, height):
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return ((x * x * 7 + y * 13 + x * y * 3 + c * 85) % 256).astype(np.uint8)


def letterbox(image, input_width, input_height):
    height, width = image.shape[:2]
    ratio = min(input_height / height, input_width / width)
    # The one departure from Ultralytics, whose cv2.resize fails for a side of 0.
    new_width, new_height = max(1, round(width * ratio)), max(1, round(height * ratio))
    if (new_width, new_height) != (width, height):
        image = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    dw, dh = (input_width - new_width) / 2, (input_height - new_height) / 2
    top, bottom = int(round(dh - 0.1)), int(round(dh + 0.1))
    left, right = int(round(dw - 0.1)), int(round(dw + 0.1))
    padded = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    return padded, {"x1": left, "y1": top, "x2": left + new_width, "y2": top + new_height}


cases = []
for width, height, input_width, input_height in CASES:
    pixels, content = letterbox(picture(width, height), input_width, input_height)
    assert pixels.shape == (input_height, input_width, 3)
    cases.append(
        {
            "image": {"width": width, "height": height},
            "input": {"width": input_width, "height": input_height},
            "content": content,
            "pixels": base64.b64encode(pixels.tobytes()).decode(),
        }
    )
print(json.dumps({"opencv": cv2.__version__, "cases": cases}, indent=1))
