/** Keeps what divides above 0, in strides and their squares. */
const TINY = 1e-9;

/** A box as distances left, top, right, bottom from an anchor. */
type Sides = Float64Array;

/**
 * Complete-IoU loss (Zheng et al., "Distance-IoU Loss", AAAI 2020, equations 7 to 11): 1 - IoU, plus the distance of the centers, plus the
 * difference of the aspect ratios. Stores in `slopes` its gradient with respect to the predicted distances; in it the trade-off of
 * the aspect ratios (alpha) is a constant, as in the paper.
 */
export function completeIouLoss(predicted: Sides, wanted: Sides, slopes: Sides): number {
  const iou = addIouSlopes(predicted, wanted, slopes.fill(0));
  const centers = addCenterSlopes(predicted, wanted, slopes);
  return 1 - iou + centers + addAspectSlopes(predicted, wanted, iou, slopes);
}

/** The IoU; subtracts its gradient. */
function addIouSlopes(predicted: Sides, wanted: Sides, slopes: Sides): number {
  const width = Math.max(0, Math.min(predicted[0], wanted[0]) + Math.min(predicted[2], wanted[2]));
  const height = Math.max(0, Math.min(predicted[1], wanted[1]) + Math.min(predicted[3], wanted[3]));
  const overlap = width * height;
  const union = extent(predicted, 0) * extent(predicted, 1) + extent(wanted, 0) * extent(wanted, 1) - overlap + TINY;
  const iou = overlap / union;
  for (let side = 0; side < 4; side++) {
    const across = side % 2 === 0;
    const bounds = overlap > 0 && predicted[side] < wanted[side];
    const overlapSlope = bounds ? (across ? height : width) : 0;
    const unionSlope = extent(predicted, across ? 1 : 0) - overlapSlope;
    slopes[side] -= (overlapSlope - iou * unionSlope) / union;
  }
  return iou;
}

/** Squared distance of the centers to the squared diagonal of the hull; adds its gradient. */
function addCenterSlopes(predicted: Sides, wanted: Sides, slopes: Sides): number {
  const hull = [hullExtent(predicted, wanted, 0), hullExtent(predicted, wanted, 1)];
  const shift = [centerOf(predicted, 0) - centerOf(wanted, 0), centerOf(predicted, 1) - centerOf(wanted, 1)];
  const diagonal = hull[0] ** 2 + hull[1] ** 2 + TINY;
  const apart = (shift[0] ** 2 + shift[1] ** 2) / diagonal;
  for (let side = 0; side < 4; side++) {
    const outward = side < 2 ? -shift[side % 2] : shift[side % 2];
    const hullSlope = predicted[side] > wanted[side] ? 2 * hull[side % 2] : 0;
    slopes[side] += (outward - apart * hullSlope) / diagonal;
  }
  return apart;
}

/** Squared difference of the aspect ratios' angles, weighted by alpha; adds its gradient. */
function addAspectSlopes(predicted: Sides, wanted: Sides, iou: number, slopes: Sides): number {
  const [width, height] = [extent(predicted, 0), extent(predicted, 1)];
  const angle = Math.atan2(extent(wanted, 0), extent(wanted, 1)) - Math.atan2(width, height);
  const difference = (4 / Math.PI ** 2) * angle ** 2;
  const alpha = difference / (1 - iou + difference + TINY);
  const perAngle = (alpha * 8 * angle) / Math.PI ** 2 / (width ** 2 + height ** 2 + TINY);
  for (let side = 0; side < 4; side++) slopes[side] += side % 2 === 0 ? -perAngle * height : perAngle * width;
  return alpha * difference;
}

/** Width (axis 0) or height (axis 1). */
const extent = (sides: Sides, axis: number): number => sides[axis] + sides[axis + 2];
const centerOf = (sides: Sides, axis: number): number => (sides[axis + 2] - sides[axis]) / 2;
const hullExtent = (a: Sides, b: Sides, axis: number): number => Math.max(a[axis], b[axis]) + Math.max(a[axis + 2], b[axis + 2]);
