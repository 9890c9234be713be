import { classIndex, SelfpasteError } from '../../core/index.ts';
import { type CocoDataset, type CocoImage, type ImageEntry, type Issue, listUnlabeled, probeImage, readCoco } from '../../dataset/index.ts';
import type { Subset } from '../../db/index.ts';
import { checkSpec } from '../../student/index.ts';
import { commitPoint } from '../commit-points.ts';
import { drawingsLeftBehind, takeOverWordsOnPicture } from '../inheritance/inherited-words.ts';
import { type ParentRun, withParents } from '../inheritance/parent-run.ts';
import { policyOf } from '../policy.ts';
import { planStudent } from '../training/student-plan.ts';
import { interrupted, type StageContext, type StageResult, safePoint } from './stage.ts';

/**
 * Brings the data set into the database, once. Validation comes first: a picture that is in two parts stays where it measures,
 * and never trains. Doing it again after a crash adds nothing twice.
 */
export async function importData(context: StageContext): Promise<StageResult<void>> {
  const { config, db } = context;
  const validation = await readCoco(config.data.validation.annotations, config.data.validation.images, config.data);
  const labeled = await readCoco(config.data.labeled.annotations, config.data.labeled.images, config.data);
  requireSameCategories(labeled, validation);
  db.categories.add(labeled.categories.map(({ id, name }, index) => ({ id, name, classIndex: classIndex(index) })));
  policyOf(config, db);
  await addLabeled(context, 'validation', validation);
  await addLabeled(context, 'labeled', labeled);
  checkSpec((await planStudent(config, db)).student);
  await withParents(context, async (parents) => {
    await addUnlabeled(context, parents);
    await tellLeftBehind(context, parents);
  });
  const counts = db.images.count();
  requireUsable(context, counts);
  return { output: undefined, facts: { ...counts, donors: db.groundTruths.countDonors(), quarantined: db.quarantine.all().length } };
}

async function addLabeled(context: StageContext, subset: 'labeled' | 'validation', { images, issues }: CocoDataset): Promise<void> {
  const { annotations } = context.config.data[subset];
  context.db.transaction(() => {
    for (const issue of issues) quarantineIssue(context, subset, annotations, issue);
  });
  if (issues.length > 0) warnOfIssues(context, annotations, issues);
  for (const image of images) {
    await safePoint(context);
    addLabeledImage(context, subset, image);
    commitPoint('image-imported');
  }
}

function addLabeledImage(
  { db, emit }: StageContext,
  subset: 'labeled' | 'validation',
  { cocoId, fileName, path, facts, truths }: CocoImage,
): void {
  db.transaction(() => {
    const { sha256, size, orientation } = facts;
    const added = db.images.add({ sha256, path, fileName, size, orientation, subset, sourceId: cocoId });
    if (added.status === 'added')
      db.groundTruths.add(
        { id: added.id, size },
        truths.map(({ cocoId, truth }) => ({ ...truth, sourceId: cocoId })),
      );
    if (added.status === 'duplicate') {
      const detail = `has the same content as ${added.of.fileName}, which is a ${added.of.subset} picture`;
      db.quarantine.add({ subset, path, fileName, reason: 'duplicate', detail, atMs: Date.now() });
      emit({ kind: 'note', round: null, level: 'warn', text: `${fileName} of the ${subset} set ${detail}: left out` });
    }
  });
}

async function addUnlabeled(context: StageContext, parents: readonly ParentRun[]): Promise<void> {
  const source = context.config.data.unlabeled;
  if (source === null) return;
  const { entries, issues } = await listUnlabeled(
    source.list === null ? { folder: source.images } : { list: source.list, root: source.images },
    context.config.data,
  );
  for (const issue of issues) quarantineIssue(context, 'unlabeled', source.list ?? source.images, issue);
  if (issues.length > 0) warnOfIssues(context, source.list ?? source.images, issues);
  let done = 0;
  for (const entry of entries) {
    if (context.stop.aborted) throw interrupted();
    await addUnlabeledImage(context, entry, parents);
    commitPoint('image-imported');
    if (++done % 50 === 0)
      context.emit({ kind: 'progress', round: 0, stage: 'import', done, total: entries.length, unit: 'pictures', facts: {} });
  }
}

/** Known by its header and hash; whether it decodes shows when it is labeled. */
async function addUnlabeledImage(
  { db, config }: StageContext,
  { fileName, path }: ImageEntry,
  parents: readonly ParentRun[],
): Promise<void> {
  const probe = await probeImage(path, 'header', config.data.maxPixels);
  const quarantine = (reason: string, detail: string) =>
    db.quarantine.add({ subset: 'unlabeled', path, fileName, reason, detail, atMs: Date.now() });
  if (!probe.ok) {
    quarantine(probe.problem.reason, probe.problem.detail);
    return;
  }
  const { sha256, size, orientation } = probe.facts;
  const added = db.transaction(() => {
    const image = db.images.add({ sha256, path, fileName, size, orientation, subset: 'unlabeled', sourceId: null });
    if (image.status === 'added') takeOverWordsOnPicture(db, parents, { id: image.id, sha256, size });
    return image;
  });
  if (added.status === 'duplicate') quarantine('duplicate', `has the same content as ${added.of.fileName} (${added.of.subset})`);
}

/** A drawing of a category that is none here would be the label of something else. */
async function tellLeftBehind(context: StageContext, parents: readonly ParentRun[]): Promise<void> {
  const left = await drawingsLeftBehind(context, parents);
  if (left.size === 0) return;
  const what = Array.from(left, ([name, count]) => `${count} of ${name}`).join(', ');
  const text = `what people drew of categories that are not in these data stays behind: ${what}`;
  context.emit({ kind: 'note', round: null, level: 'warn', text });
}

function quarantineIssue({ db }: StageContext, subset: Subset, file: string, { subject, reason, detail }: Issue): void {
  db.quarantine.add({ subset, path: `${file}#${subject}`, fileName: subject, reason, detail, atMs: Date.now() });
}

function warnOfIssues({ emit }: StageContext, file: string, issues: readonly Issue[]): void {
  const first = issues[0] as Issue;
  const text = `${issues.length} entries of ${file} were left out or repaired; the first: ${first.subject}: ${first.detail}`;
  emit({ kind: 'note', round: null, level: 'warn', text });
}

function requireSameCategories(labeled: CocoDataset, validation: CocoDataset): void {
  const show = ({ categories }: CocoDataset) => categories.map(({ id, name }) => `${id} ${name}`);
  const missing = show(validation).filter((category) => !show(labeled).includes(category));
  if (missing.length === 0 && validation.categories.length === labeled.categories.length) return;
  throw new SelfpasteError(
    'DATA_CATEGORIES_DIFFER',
    `Expected the same categories in both files, but the labeled set has ${shorten(show(labeled))} and the validation set ${shorten(show(validation))}`,
    'give both files the same `categories` list (ids and names)',
  );
}

const shorten = (texts: readonly string[]): string =>
  `${texts.slice(0, 6).join(', ')}${texts.length > 6 ? ` and ${texts.length - 6} more` : ''}`;

function requireUsable({ db, config }: StageContext, counts: Readonly<Record<Subset, number>>): void {
  for (const subset of ['labeled', 'validation', 'unlabeled'] as const) {
    if (counts[subset] > 0 || config.data[subset] === null) continue;
    const leftOut = db.quarantine.all().filter((file) => file.subset === subset);
    const first = leftOut[0];
    throw new SelfpasteError(
      'DATA_NOTHING_USABLE',
      `Expected at least one usable ${subset} picture, got none${first ? `: ${leftOut.length} left out, the first: ${first.fileName} ${first.detail}` : ''}`,
      `give data.${subset} pictures and labels that can be used; a picture that is in two sets stays in validation, then in labeled`,
    );
  }
}
