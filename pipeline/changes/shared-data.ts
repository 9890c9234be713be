import { type ModelRow, openDatabase, type RunDatabase, type Subset } from '../../db/index.ts';
import { measuredModel } from '../inheritance/inherited-measuring.ts';
import { judgeTraining } from '../inheritance/inherited-training.ts';
import { knownPictures } from '../inheritance/known-labels.ts';
import { type ParentRun, parentOf } from '../inheritance/parent-run.ts';
import { sharedImages } from '../inheritance/same-data.ts';
import { withScratch } from '../plan/scratch.ts';
import { runFolder } from '../run-folder.ts';
import { adoptTeacher } from '../stages/adopt-teacher.ts';
import { importData } from '../stages/import-data.ts';
import type { StageContext } from '../stages/stage.ts';
import { contextOf, type Wanted } from './owned-run.ts';

/** Pictures of other data, and how many of them a run has in the same part. */
export interface SharedCount {
  readonly pictures: number;
  readonly shared: number;
}

/** What becomes of round 0. */
export type SharedBeginning =
  /** Its student is taken over, with its numbers. */
  | { readonly kind: 'same' }
  /** It is trained again. */
  | { readonly kind: 'other'; readonly why: string }
  /** The given teacher is taken again; whether its numbers are taken over. */
  | { readonly kind: 'given'; readonly measured: boolean };

/** What a fork with other data would take over, as its files are now. */
export interface SharedData {
  /** The run's name. */
  readonly run: string;
  readonly parts: Readonly<Record<Subset, SharedCount>>;
  readonly beginning: SharedBeginning;
  /** Pictures that round 1 labels, and of how many the run knows what its teacher says. */
  readonly labels: SharedCount;
}

/**
 * Reads the data that other settings name, by importing them into a database that is thrown away, and says what of a run is valid with them.
 * Throws what the import throws, INTERRUPTED where it is stopped, and as {@link planSettings}.
 */
export async function surveySharedData(path: string, wanted: Wanted, stop: AbortSignal): Promise<SharedData> {
  const folder = runFolder(path);
  const db = openDatabase(folder.database, { mode: 'read' });
  try {
    const { after: config } = contextOf(db, folder, wanted);
    return await withScratch((scratch) => survey({ ...scratch, config, emit: () => undefined, stop }, parentOf(db, folder)));
  } finally {
    db.close();
  }
}

async function survey(context: StageContext, parent: ParentRun): Promise<SharedData> {
  const { db, config } = context;
  await importData(context);
  const { beginning, teacher } = await (config.teacher.model === null ? beginTrained : beginGiven)(context, parent);
  const toLabel = config.rounds === 0 ? [] : [...db.images.ofSubset('unlabeled')];
  const known = teacher === null ? [] : await knownPictures(context, parent, 1, teacher, toLabel);
  const labels = { pictures: toLabel.length, shared: known.length };
  return { run: parent.name, parts: await partsOf(context, parent.db), beginning, labels };
}

/** Round 0, and the teacher that comes of it where that is known yet. */
interface Begun {
  readonly beginning: SharedBeginning;
  readonly teacher: ModelRow | null;
}

async function beginTrained(context: StageContext, parent: ParentRun): Promise<Begun> {
  const verdict = await judgeTraining(context, parent, { round: 0, teacher: null });
  return verdict.kind === 'same' ? { beginning: { kind: 'same' }, teacher: verdict.student } : { beginning: verdict, teacher: null };
}

async function beginGiven(context: StageContext, parent: ParentRun): Promise<Begun> {
  const { output } = await adoptTeacher(context, { round: 0, teacher: null });
  const teacher = context.db.models.byId(output) as ModelRow;
  return { beginning: { kind: 'given', measured: (await measuredModel(context, parent, teacher)) !== null }, teacher };
}

async function partsOf(context: StageContext, there: RunDatabase): Promise<SharedData['parts']> {
  const counts = context.db.images.count();
  const part = async (subset: Subset): Promise<SharedCount> => ({
    pictures: counts[subset],
    shared: (await sharedImages(context, subset, there)).size,
  });
  return { labeled: await part('labeled'), validation: await part('validation'), unlabeled: await part('unlabeled') };
}
