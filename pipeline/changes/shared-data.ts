import { type ModelRow, openDatabase, type Subset } from '../../db/index.ts';
import { measuredModel } from '../inheritance/inherited-measuring.ts';
import { judgeTraining } from '../inheritance/inherited-training.ts';
import { drawingsLeftBehind } from '../inheritance/inherited-words.ts';
import { knownPictures, sourcesOf } from '../inheritance/known-labels.ts';
import { type ParentRun, parentOf, withParents } from '../inheritance/parent-run.ts';
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
  /** Its student is taken over, with its numbers, from the run of that name. */
  | { readonly kind: 'same'; readonly from: string }
  /** It is trained again. */
  | { readonly kind: 'other'; readonly why: string }
  /** The given teacher is taken again; from where its numbers are taken over, null where they are measured again. */
  | { readonly kind: 'given'; readonly numbersFrom: string | null };

/** What a fork with other data would take over, as its files are now: from the run, or from one that this comes from and has not taken over whole. */
export interface SharedData {
  /** The run's name. */
  readonly run: string;
  readonly parts: Readonly<Record<Subset, SharedCount>>;
  readonly beginning: SharedBeginning;
  /** Pictures that round 1 labels, and of how many it is known what the teacher says, from the runs of these names. */
  readonly labels: SharedCount & { readonly from: string };
  /** How many drawings of people's stay behind, because these data have no such category, by its name. */
  readonly leftBehind: ReadonlyMap<string, number>;
}

/**
 * Reads the data of a fork, as their files are now, by importing them into a database that is thrown away, and says what of a run is valid with them.
 * Throws what the import throws, INTERRUPTED where it is stopped, and as {@link planSettings}.
 */
export async function surveySharedData(path: string, wanted: Wanted, stop: AbortSignal): Promise<SharedData> {
  const folder = runFolder(path);
  const db = openDatabase(folder.database, { mode: 'read' });
  try {
    const { after: config } = contextOf(db, folder, wanted);
    return await withParents({ folder }, (further) =>
      withScratch((scratch) => survey({ ...scratch, config, emit: () => undefined, stop }, [parentOf(db, folder), ...further])),
    );
  } finally {
    db.close();
  }
}

async function survey(context: StageContext, parents: readonly ParentRun[]): Promise<SharedData> {
  const { db, config } = context;
  await importData(context);
  const { beginning, teacher } = await (config.teacher.model === null ? beginTrained : beginGiven)(context, parents);
  const toLabel = config.rounds === 0 ? [] : [...db.images.ofSubset('unlabeled')];
  const known = teacher === null ? [] : await knownPictures(context, parents, 1, teacher, toLabel);
  const [run] = parents as readonly [ParentRun];
  return {
    run: run.name,
    parts: await partsOf(context, run),
    beginning,
    labels: { pictures: toLabel.length, shared: known.length, from: sourcesOf(known, run) },
    leftBehind: await drawingsLeftBehind(context, parents),
  };
}

/** Round 0, and the teacher that comes of it where that is known yet. */
interface Begun {
  readonly beginning: SharedBeginning;
  readonly teacher: ModelRow | null;
}

/** Why it is trained again is what the nearest of the parents lacks. */
async function beginTrained(context: StageContext, parents: readonly ParentRun[]): Promise<Begun> {
  const others: SharedBeginning[] = [];
  for (const parent of parents) {
    const verdict = await judgeTraining(context, parent, { round: 0, teacher: null });
    if (verdict.kind === 'same') return { beginning: { kind: 'same', from: parent.name }, teacher: verdict.student };
    others.push(verdict);
  }
  return { beginning: others[0] as SharedBeginning, teacher: null };
}

async function beginGiven(context: StageContext, parents: readonly ParentRun[]): Promise<Begun> {
  const { output } = await adoptTeacher(context, { round: 0, teacher: null });
  const teacher = context.db.models.byId(output) as ModelRow;
  for (const parent of parents) {
    if ((await measuredModel(context, parent, teacher)) !== null)
      return { beginning: { kind: 'given', numbersFrom: parent.name }, teacher };
  }
  return { beginning: { kind: 'given', numbersFrom: null }, teacher };
}

async function partsOf(context: StageContext, { db: there }: ParentRun): Promise<SharedData['parts']> {
  const counts = context.db.images.count();
  const part = async (subset: Subset): Promise<SharedCount> => ({
    pictures: counts[subset],
    shared: (await sharedImages(context, subset, there)).size,
  });
  return { labeled: await part('labeled'), validation: await part('validation'), unlabeled: await part('unlabeled') };
}
