/**
 * Run-length masks as COCO has them, equal bit for bit to pycocotools (its C file maskApi.c says what is meant; the code here is our own).
 * Everything but {@link encode} and the decoders works on runs, so its cost follows the outline of an object and not its area.
 *
 * Where pycocotools has no sound answer there is one here: runs of length zero inside a mask, at which its merging and IoU may stop early,
 * count for nothing; far polygons and runs of 2^30 pixels or more, which overflow its integers and buffers, keep their meaning; masks that
 * cannot be right are an error.
 */
export { fromBox, fromPolygons } from './polygon.ts';
export { components } from './rle-components.ts';
export { decode, decodeInside } from './rle-decode.ts';
export { encode } from './rle-encode.ts';
export { area, iou, iouMatrix, toBox } from './rle-measure.ts';
export { intersection, merge, subtract, union } from './rle-merge.ts';
export { countsFromString, countsToString, fromCounts, fromString } from './rle-string.ts';
