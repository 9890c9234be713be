import { CHANGE_KINDS, expectation, type PredictionId, rle, SelfpasteError } from '../../core/index.ts';
import { viewAround } from '../../dataset/index.ts';
import type { ImageRow, RunDatabase, StoredPrediction } from '../../db/index.ts';
import type { ChangedLabel, ChangeExample } from '../contract/compare.ts';
import type { ChangeFilter, ChangeRef } from './round-changes.ts';
import { thumbnailAddress } from './thumbnails.ts';

/** @throws SelfpasteError USAGE_NO_CHANGE, USAGE_NO_CATEGORY */
export function changeFilterOf(db: RunDatabase, query: Readonly<Record<string, string | undefined>>): ChangeFilter {
  const kind = CHANGE_KINDS.find((one) => one === query.kind);
  if (kind === undefined)
    throw new SelfpasteError('USAGE_NO_CHANGE', expectation('kind', `one of ${CHANGE_KINDS.join(', ')}`, query.kind), 'choose one of them');
  const categories = new Map(db.categories.all().map(({ id }) => [String(id), id]));
  const asked = (['before', 'now'] as const).flatMap((side) => {
    const text = query[side];
    if (text === undefined) return [];
    const id = categories.get(text);
    if (id !== undefined) return [[side, id] as const];
    throw new SelfpasteError('USAGE_NO_CATEGORY', expectation(side, 'the id of a class of the run', text), 'choose a class of the table');
  });
  return { kind, ...Object.fromEntries(asked) };
}

/** A change with what its picture needs: both masks, around the later label. */
export function changeExample(db: RunDatabase, from: number, to: number, { kind, image, iou, before, now }: ChangeRef): ChangeExample {
  const row = db.images.byId(image);
  if (row === undefined) throw new Error(`Expected image ${image}: a foreign key promises it`);
  const was = before === null ? null : predictionOf(db, from, row, before);
  const is = now === null ? null : predictionOf(db, to, row, now);
  const shown = is ?? was;
  if (shown === null) throw new Error(`Expected a label of ${kind}`);
  const view = viewAround(shown.box, row.size);
  return {
    ...{ kind, image, fileName: row.fileName, size: row.size, iou, view },
    thumbnail: thumbnailAddress(String(shown.id), row.sha256, view),
    before: was && changedLabel(was),
    now: is && changedLabel(is),
  };
}

function predictionOf(db: RunDatabase, round: number, image: ImageRow, id: PredictionId): StoredPrediction {
  const found = db.labeling.predictions(round, image).find((prediction) => prediction.id === id);
  if (found === undefined) throw new Error(`Expected prediction ${id} in round ${round}: its change names it`);
  return found;
}

const changedLabel = ({ id, category, score, mask }: StoredPrediction): ChangedLabel => ({
  ...{ prediction: id, category, score },
  mask: rle.countsToString(mask.counts),
});
