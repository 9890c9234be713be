"""Makes test/golden/resample.json: pictures resized by PIL with its BILINEAR filter, which is antialiased where it shrinks.

usage: python test/golden/make/resample.py > test/golden/resample.json     (needs numpy and pillow; made with 12.3.0)
The pictures are formulas, so that the test can make them too. `pixels` are HxWx3 uint8, base64.
"""
import base64
import json

import numpy as np
import PIL
from PIL import Image

CASES = [
    # width, height, scaled width, scaled height
    (24, 16, 36, 24),
    (24, 16, 24, 16),
    (24, 16, 48, 32),
    (24, 16, 19, 13),
    (47, 35, 14, 10),
    (47, 35, 5, 4),
    (13, 29, 40, 11),
    (29, 13, 11, 40),
    (1, 1, 9, 7),
    (1, 50, 8, 8),
    (90, 2, 12, 12),
    (60, 45, 1, 1),
    (2, 2, 31, 1),
]


def picture(width, height):
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return ((x * x * 7 + y * 13 + x * y * 3 + c * 85) % 256).astype(np.uint8)


cases = []
for width, height, scaled_width, scaled_height in CASES:
    scaled = Image.fromarray(picture(width, height)).resize((scaled_width, scaled_height), Image.Resampling.BILINEAR)
    cases.append(
        {
            "image": {"width": width, "height": height},
            "scaled": {"width": scaled_width, "height": scaled_height},
            "pixels": base64.b64encode(np.asarray(scaled).tobytes()).decode(),
        }
    )
print(json.dumps({"pillow": PIL.__version__, "cases": cases}, indent=1))
