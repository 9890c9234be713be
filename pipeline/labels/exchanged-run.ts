import { createHash } from 'node:crypto';
import { type Rle, rle, SelfpasteError } from '../../core/index.ts';
import type { ExchangedImage } from '../../dataset/index.ts';
import type { RunDatabase } from '../../db/index.ts';

/**
 * What a run is called in files: its name, and digits that tell it from others of that name. They are made of what is written once, when a run
 * begins, so that one which is moved, or brought to a new version, stays itself. A copy of a run's folder is the same run.
 * @returns undefined for a database without a run
 */
export function exchangedRun(db: RunDatabase): string | undefined {
  const facts = db.runs.facts();
  if (facts === undefined) return undefined;
  const { name, seed, configHash, createdAtMs } = facts;
  return `${name}-${createHash('sha256')
    .update(JSON.stringify([name, seed, configHash, createdAtMs]))
    .digest('hex')
    .slice(0, 12)}`;
}

/** Ids begin with 1 in every run: those of another one would name other labels here. @throws SelfpasteError DATA_OTHER_RUN */
export function requireOwnRun(db: RunDatabase, images: readonly ExchangedImage[], path: string): void {
  const own = exchangedRun(db);
  const others = images.flatMap(({ labels }) => labels.flatMap(({ run }) => (run === undefined || run === own ? [] : [run])));
  if (others.length === 0) return;
  throw new SelfpasteError(
    'DATA_OTHER_RUN',
    `Expected labels of ${own ?? 'this run'} in ${path}, got ${others.length} of ${[...new Set(others)].join(', ')}`,
    `name the run that exported them with --run, or ${IGNORE_IDS}`,
  );
}

/** A label that came back with an id of the run's. */
export interface ClaimedId {
  readonly mask: Rle;
  /** What the run has under that id on the same picture; undefined where that is nothing. */
  readonly original: Rle | undefined;
}

/** From this mask IoU on, a label may be what a person made of its original. */
const LIKELY_IOU = 0.5;

/**
 * For ids without the name of their run: whether most of them can be this run's. A label that nobody touched has the mask that it had, and a
 * corrected one most of it; under the ids of another run lie other objects, mostly on other pictures. It is most of all labels that decide, as
 * a person may well draw single ones anew. Where somebody drew most of them anew, ids are worth nothing, and can be ignored.
 * @throws SelfpasteError DATA_UNLIKELY_IDS
 */
export function requireLikelyIds(claims: readonly ClaimedId[], path: string): void {
  const unlikely = claims.filter(({ mask, original }) => original === undefined || rle.iou(mask, original) < LIKELY_IOU).length;
  if (2 * unlikely <= claims.length) return;
  throw new SelfpasteError(
    'DATA_UNLIKELY_IDS',
    `Expected ids of this run's labels in ${path}, got ${unlikely} of ${claims.length} on masks that overlap the run's by less than half (IoU ${LIKELY_IOU})`,
    `name the run that exported them with --run, or, where they were drawn anew, ${IGNORE_IDS}`,
  );
}

const IGNORE_IDS = 'import with --ignore-ids, so that labels are known by their masks alone';
