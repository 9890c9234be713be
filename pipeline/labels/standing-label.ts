import { type CategoryId, expectation, type ImageId, type Rle, SelfpasteError } from '../../core/index.ts';
import {
  type Drawing,
  type ImageRow,
  type LabelFacts,
  type RunDatabase,
  type StoredVerdict,
  showLabel,
  standingDrawing,
} from '../../db/index.ts';
import type { LabelRef } from './label-name.ts';

/** A label as it stands: what the model said, or what a person made of it. */
export interface StandingLabel {
  readonly image: ImageRow;
  readonly category: CategoryId;
  readonly mask: Rle;
  /** What a person said of it; null where nobody did. */
  readonly verdict: Pick<StoredVerdict, 'id' | 'verdict'> | null;
}

/** @throws SelfpasteError USAGE_NO_PREDICTION, USAGE_NO_DRAWING */
export function standingLabel(db: RunDatabase, label: LabelRef): StandingLabel {
  if (label.of === 'drawn') {
    const { image, verdict } = standingDrawing(db, label.drawn);
    return { image, verdict, ...verdict.correction };
  }
  const facts = showLabel(db, label.prediction);
  const { category, mask } = correctionOf(facts) ?? facts.prediction;
  return { image: facts.image, verdict: ownVerdict(facts) ?? null, category, mask };
}

/** @throws SelfpasteError USAGE_NO_IMAGE */
export function requireImage(db: RunDatabase, id: ImageId): ImageRow {
  const image = db.images.byId(id);
  if (image !== undefined) return image;
  throw new SelfpasteError(
    'USAGE_NO_IMAGE',
    expectation('image', 'the id of an image of this run', id),
    'list predictions with the ids of their images with `selfpaste labels list`',
  );
}

/** What a person put in the place of a prediction; null where nobody did. */
export function correctionOf(facts: LabelFacts): Drawing | null {
  const own = ownVerdict(facts);
  return own?.verdict === 'corrected' ? own.correction : null;
}

function ownVerdict({ prediction, verdicts }: LabelFacts) {
  const own = verdicts.find((verdict) => verdict.of === 'prediction' && verdict.prediction === prediction.id);
  return own?.of === 'prediction' ? own : undefined;
}
