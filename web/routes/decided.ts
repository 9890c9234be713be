import { type CategoryId, expectation, imageId, type Rle, rle, SelfpasteError, type Size } from '../../core/index.ts';
import type { Judgement, RunDatabase } from '../../db/index.ts';
import { redrawn, relabeled, requireImage, type TargetKind, type TargetOf, targetNamed } from '../../pipeline/index.ts';
import type { Decision, NamedLabels, QueriedLabels, SentCounts } from '../contract/verdicts.ts';
import { type FoundLabels, labelsFound } from './found-labels.ts';

/** A decision as what is written of it. */
export interface Decided {
  /** What was asked for, for the record. */
  readonly subject: string;
  readonly judgements: readonly Judgement[];
}

/** @throws SelfpasteError USAGE_* for labels, pictures, classes and masks that are none of this run, as the command line does */
export async function decided(db: RunDatabase, decision: Decision): Promise<Decided> {
  switch (decision.kind) {
    case 'accept':
      return judged(labelsOf(db, decision, ['prediction']), (target) => ({ ...target, verdict: 'accepted' }));
    case 'reject':
      return judged(labelsOf(db, decision, ['prediction', 'drawn']), (target) => ({ ...target, verdict: 'rejected' }));
    case 'relabel': {
      const category = categoryOf(db, decision.category);
      return judged(labelsOf(db, decision, ['prediction', 'drawn']), (target) => relabeled(db, target, category));
    }
    case 'redraw': {
      const category = categoryOf(db, decision.category);
      const target = targetNamed(decision.id, ['prediction', 'drawn']);
      return { subject: decision.id, judgements: [await redrawn(db, target, { category, mask: (size) => maskOf(size, decision.mask) })] };
    }
    case 'draw': {
      const image = requireImage(db, imageId(decision.image));
      const category = categoryOf(db, decision.category);
      const mask = maskOf(image.size, decision.mask);
      return { subject: `i${image.id}`, judgements: [{ of: 'image', image: image.id, verdict: 'drawn', category, mask }] };
    }
    case 'reject-image':
      return { subject: `i${decision.image}`, judgements: [{ of: 'image', image: imageId(decision.image), verdict: 'rejected' }] };
  }
}

function judged<Kind extends TargetKind>({ subject, targets }: FoundLabels<Kind>, judge: (target: TargetOf<Kind>) => Judgement): Decided {
  return { subject, judgements: targets.map(judge) };
}

function labelsOf<Kind extends 'prediction' | 'drawn'>(
  db: RunDatabase,
  about: NamedLabels | QueriedLabels,
  kinds: readonly Kind[],
): FoundLabels<Kind> {
  if ('ids' in about) return namedLabels(about, kinds);
  const found = labelsFound(db, about.query, kinds);
  if (found.targets.length === about.count) return found;
  throw new SelfpasteError(
    'USAGE_OTHER_LABELS',
    `Expected the ${about.count} labels that were agreed on, got ${found.targets.length}: others decided, or the run went on, meanwhile`,
    'look at the labels again, and decide again',
  );
}

/** Each label once, however often and by whichever of its names it is named. */
function namedLabels<Kind extends TargetKind>({ ids }: NamedLabels, kinds: readonly Kind[]): FoundLabels<Kind> {
  const named = ids.map((id) => ({ id, target: targetNamed(id, kinds) }));
  const once = [...new Map(named.map((one) => [JSON.stringify(one.target), one])).values()];
  return { subject: subjectOf(once.map(({ id }) => id)), targets: once.map(({ target }) => target) };
}

const MOST_NAMES = 20;

/** Names of labels for the record; of many only the first. */
function subjectOf(ids: readonly string[]): string {
  const more = ids.length - MOST_NAMES;
  return more > 0 ? `${ids.slice(0, MOST_NAMES).join(' ')} and ${more} more` : ids.join(' ');
}

/** @throws SelfpasteError USAGE_NO_CATEGORY */
function categoryOf(db: RunDatabase, id: number): CategoryId {
  const categories = db.categories.all();
  const found = categories.find((category) => category.id === id);
  if (found !== undefined) return found.id;
  const some = categories.slice(0, 10).map((category) => `${category.id} ${category.name}`);
  throw new SelfpasteError(
    'USAGE_NO_CATEGORY',
    expectation('category', `the id of a category of the run (${some.join(', ')})`, id),
    'reload the page, and choose the class again',
  );
}

/** @throws SelfpasteError USAGE_BAD_MASK for runs that do not fill the picture */
function maskOf(size: Size, counts: SentCounts): Rle {
  try {
    return rle.fromCounts(size, counts);
  } catch (error) {
    if (!(error instanceof SelfpasteError)) throw error;
    throw new SelfpasteError('USAGE_BAD_MASK', error.message, 'draw the mask again on the picture as it is now', error);
  }
}
