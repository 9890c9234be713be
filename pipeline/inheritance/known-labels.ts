import { isDeepStrictEqual } from 'node:util';
import type { ImageId, ModelId } from '../../core/index.ts';
import type { ImageRow, ModelRow } from '../../db/index.ts';
import { type StageContext, safePoint } from '../stages/stage.ts';
import { takeOverWordsOnPredictions } from './inherited-words.ts';
import type { ParentRun } from './parent-run.ts';
import { readsSameSettings, sameCategories } from './same-data.ts';

/** A picture of which a parent knows what the model says: by its id here and there. */
export interface KnownPicture {
  readonly status: 'known';
  readonly id: ImageId;
  readonly there: ImageId;
  readonly from: ParentRun;
}

/** The same model of another run, by its file and by how it is read; null where that run does not have it. */
export function sameModel(parent: ParentRun, { round, role, sha256, contract }: Omit<ModelRow, 'id'>): ModelRow | null {
  const same = (row: ModelRow) => row.round === round && row.role === role && row.sha256 === sha256;
  return parent.db.models.all().find((row) => same(row) && isDeepStrictEqual(row.contract, contract)) ?? null;
}

/** Those of some pictures that a parent has in the same round: the same file, looked at by the same model under the same settings. */
export async function knownPictures(
  context: StageContext,
  parents: readonly ParentRun[],
  round: number,
  teacher: Omit<ModelRow, 'id'>,
  images: Iterable<ImageRow>,
): Promise<readonly KnownPicture[]> {
  const askers = parents.flatMap((parent) => askerOf(context, parent, round, teacher));
  if (askers.length === 0) return [];
  const known: KnownPicture[] = [];
  for (const image of images) {
    await safePoint(context);
    const found = firstAnswer(askers, image);
    if (found !== null) known.push(found);
  }
  return known;
}

function firstAnswer(askers: readonly Asker[], image: ImageRow): KnownPicture | null {
  for (const ask of askers) {
    const found = ask(image);
    if (found !== null) return found;
  }
  return null;
}

/** Finds a picture that was labeled in another run; null for others. */
type Asker = (image: ImageRow) => KnownPicture | null;

/** None where what the parent knows was said by another model or under other settings. */
function askerOf(context: StageContext, parent: ParentRun, round: number, teacher: Omit<ModelRow, 'id'>): readonly Asker[] {
  const { db } = parent;
  const model = sameModel(parent, teacher);
  if (model === null || !sameCategories(context.db, db) || !readsSameSettings('label', round, parent, context.config)) return [];
  const ask: Asker = ({ id, sha256 }) => {
    const there = db.images.bySha256(sha256)?.id;
    const isKnown = there !== undefined && db.labeling.isLabeledBy(model.id, round, there);
    return isKnown ? { status: 'known', id, there, from: parent } : null;
  };
  return [ask];
}

/** What the runs are called that know some pictures, or else the nearest. */
export const sourcesOf = (known: readonly KnownPicture[], nearest: ParentRun): string =>
  known.length === 0 ? nearest.name : [...new Set(known.map(({ from }) => from.name))].join(' and ');

/** Writes what the parent's model said of a picture, and what people said of that, as if it was labeled here. @returns how many predictions */
export async function takeOverLabels(context: StageContext, round: number, model: ModelId, picture: KnownPicture): Promise<number> {
  await safePoint(context);
  const { db } = context;
  const { id, there, from } = picture;
  const { size } = db.images.byId(id) as ImageRow;
  const predictions = from.db.labeling.predictions(round, { id: there, size });
  const { overlaps } = from.db.labeling.candidates(round, { id: there, size });
  db.transaction(() => {
    const attempt = { round, image: id, model, durationMs: 0, createdAtMs: Date.now() };
    const recorded = db.labeling.recordDone(attempt, predictions, overlaps);
    if (recorded === 'recorded') takeOverWordsOnPredictions(db, from, round, { id, size }, there);
  });
  return predictions.length;
}

/** What is at hand and what has to be waited for, in the order of ids, in which both are. */
export async function* inOrderOfIds<Ready extends { readonly id: number }, Awaited extends { readonly id: number }>(
  ready: Iterable<Ready>,
  awaited: AsyncIterable<Awaited>,
): AsyncGenerator<Ready | Awaited> {
  const rest = ready[Symbol.iterator]();
  let next = rest.next();
  for await (const one of awaited) {
    for (; !next.done && next.value.id < one.id; next = rest.next()) yield next.value;
    yield one;
  }
  for (; !next.done; next = rest.next()) yield next.value;
}
