/** Curves that belong together. */
export interface CurveGroup {
  /** In the address: which parts are shown. */
  readonly id: string;
  readonly title: string;
  readonly of: 'points' | 'validations';
  readonly parts: readonly CurvePart[];
  /** What a reader is told where there is nothing to draw. */
  readonly empty: string;
}

export interface CurvePart {
  readonly name: string;
  readonly label: string;
  /** Whether it is shown unless the address says otherwise. */
  readonly first?: boolean;
}

/** What the student learns from, as the trainer tells it. */
export const LOSS: CurveGroup = {
  id: 'loss',
  title: 'Loss',
  of: 'points',
  empty: 'Nothing has been trained.',
  parts: [
    { name: 'loss', label: 'all', first: true },
    { name: 'supLoss', label: 'human labels', first: true },
    { name: 'unsupLoss', label: 'pseudo-labels', first: true },
    { name: 'classLoss', label: 'class' },
    { name: 'boxLoss', label: 'box' },
    { name: 'dflLoss', label: 'box sides' },
    { name: 'maskLoss', label: 'mask' },
  ],
};

/** What students are worth on the validation pictures. */
export const AP: CurveGroup = {
  id: 'ap',
  title: 'AP on the validation pictures',
  of: 'validations',
  empty: 'No student has been measured.',
  parts: [
    { name: 'maskAp', label: 'mask AP', first: true },
    { name: 'maskAp50', label: 'mask AP50', first: true },
    { name: 'maskAp75', label: 'mask AP75' },
    { name: 'boxAp', label: 'box AP', first: true },
    { name: 'maskApSmall', label: 'small' },
    { name: 'maskApMedium', label: 'medium' },
    { name: 'maskApLarge', label: 'large' },
  ],
};

/** What a batch holds, a picture. */
export const BATCH: CurveGroup = {
  id: 'batch',
  title: 'Objects a training picture',
  of: 'points',
  empty: 'Nothing has been trained.',
  parts: [
    { name: 'objects', label: 'objects', first: true },
    { name: 'droppedOutside', label: 'dropped: outside', first: true },
    { name: 'droppedTooSmall', label: 'dropped: too small', first: true },
    { name: 'droppedOccluded', label: 'dropped: covered', first: true },
    { name: 'droppedOverLimit', label: 'dropped: over the limit' },
  ],
};
