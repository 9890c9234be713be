import { type CategoryId, expectation, type Rle, rle, SelfpasteError, sameSize } from '../../core/index.ts';
import type { ExchangedImage, ExchangedLabel, ExchangeFormat, Issue } from '../../dataset/index.ts';
import type { ImageRow, Judgement, RunDatabase } from '../../db/index.ts';
import { type CameBack, correctionsOf, type HandedOut } from './corrections.ts';
import { exchangeSource, sourceOfFiles } from './exchange-files.ts';
import { exchangedLabels } from './exchanged-labels.ts';
import { type ClaimedId, requireLikelyIds, requireOwnRun } from './exchanged-run.ts';
import { exportedRound } from './exported-round.ts';
import { labelName, namedLabel } from './label-name.ts';

/** What files with corrections say of a run's labels. */
export interface ImportedCorrections {
  /** The round that the files were compared with. */
  readonly round: number;
  readonly judgements: readonly Judgement[];
  readonly pictures: number;
  /** Labels of which nothing is said that does not stand already. */
  readonly unchanged: number;
  /** Pictures of the files that are none of the run's unlabeled ones. */
  readonly unknownPictures: readonly string[];
  /** What was left out or repaired. */
  readonly issues: readonly Issue[];
}

/**
 * Reads labels that were corrected elsewhere and compares them with those of the round that handed them out. Pictures are known by the hash
 * of their content, or by name where the format has none. Only pictures that are in the files are spoken of: one that is missing says nothing.
 * @param asked the round that was exported; where it is undefined, the names of the labels tell it
 * @param ids ignored: labels are known by their masks alone, also those of another run
 * @throws SelfpasteError DATA_UNKNOWN_CATEGORY, DATA_OTHER_RUN, DATA_UNLIKELY_IDS, what {@link exportedRound} and the format throw; nothing is
 * written here
 */
export async function importCorrections(
  db: RunDatabase,
  asked: number | undefined,
  format: ExchangeFormat,
  path: string,
  ids: 'believed' | 'ignored' = 'believed',
): Promise<ImportedCorrections> {
  const unlabeled = [...db.images.ofSubset('unlabeled')];
  const { images: read, issues } = await format.read(exchangeSource(path), unlabeled);
  const images = ids === 'believed' ? read : read.map(withoutIds);
  const rowOf = imageFinder(unlabeled);
  const known = images.filter(rowOf);
  requireOwnRun(db, known, path);
  const categories = new Map(db.categories.all().map(({ id, name }) => [name, id]));
  requireKnownCategories(images, categories, path);
  const round = exportedRound(db, asked, namesIn(known), path);
  const handedOut = await asHandedOut(db, round, format, unlabeled, new Set(known.map((image) => rowOf(image)?.fileName)));
  requireLikelyIds([...claimedIds(db, round, known, rowOf, handedOut)], path);
  const names = new Set([...handedOut.values()].flat().map(({ id }) => id));
  const isGone = ({ id }: ExchangedLabel): boolean => isName(id) && !names.has(id);
  const judgements: Judgement[] = [];
  const misfits: Issue[] = [];
  const unknownPictures: string[] = [];
  let pictures = 0;
  let unchanged = 0;
  for (const image of images) {
    const row = rowOf(image);
    if (!row) unknownPictures.push(image.fileName);
    else if (!sameSize(image.size, row.size)) misfits.push(otherSize(path, image, row));
    else {
      const out = asLabels(handedOut.get(row.fileName) ?? [], categories);
      const back = image.labels.filter((label) => !isGone(label)).flatMap((label) => cameBack(label, categories));
      const corrections = correctionsOf(row.id, out, back, db.verdicts.ofImage(row), (image.unread ?? 0) === 0);
      judgements.push(...corrections.judgements);
      misfits.push(...image.labels.filter(isGone).map((label) => notKept(path, label, round)));
      unchanged += corrections.unchanged;
      pictures++;
    }
  }
  return { round, judgements, pictures, unchanged, unknownPictures, issues: [...issues, ...misfits] };
}

/** The labels of a picture as if none of them had gone out from here. */
const withoutIds = (image: ExchangedImage): ExchangedImage => ({
  ...image,
  labels: image.labels.map(({ run: _, ...label }) => ({ ...label, id: null })),
});

const isName = (id: string | null): id is string => id !== null && namedLabel(id) !== undefined;

const namesIn = (images: readonly ExchangedImage[]): ReadonlySet<string> =>
  new Set(images.flatMap(({ labels }) => labels.map(({ id }) => id).filter(isName)));

type ImageFinder = (image: ExchangedImage) => ImageRow | undefined;

/** The unlabeled picture that an exchanged one is. */
function imageFinder(unlabeled: readonly ImageRow[]): ImageFinder {
  const byHash = new Map<string, ImageRow>(unlabeled.map((row) => [row.sha256, row]));
  const byName = new Map(unlabeled.map((row) => [row.fileName, row]));
  return ({ sha256, fileName }) => (sha256 === null ? byName.get(fileName) : byHash.get(sha256));
}

type LabelsByFile = ReadonlyMap<string, readonly ExchangedLabel[]>;

/** Labels with a name and without a run, beside what has the name here: what the round handed out, or a prediction that it did not keep. */
function* claimedIds(
  db: RunDatabase,
  round: number,
  images: readonly ExchangedImage[],
  rowOf: ImageFinder,
  handedOut: LabelsByFile,
): Generator<ClaimedId> {
  for (const image of images) {
    const row = rowOf(image);
    const claims = image.labels.filter(({ id, run }) => isName(id) && run === undefined);
    if (!row || !sameSize(image.size, row.size) || claims.length === 0) continue;
    const originals = new Map<string | null, Rle>([
      ...db.labeling.predictions(round, row).map(({ id, mask }) => [labelName({ of: 'prediction', prediction: id }), mask] as const),
      ...(handedOut.get(row.fileName) ?? []).map(({ id, mask }) => [id, mask] as const),
    ]);
    for (const { id, mask } of claims) yield { mask, original: originals.get(id) };
  }
}

/**
 * The labels of a round as the format gives them back when nobody touches them: what it loses on the way is no correction.
 * @returns by file name
 */
async function asHandedOut(
  db: RunDatabase,
  round: number,
  format: ExchangeFormat,
  unlabeled: readonly ImageRow[],
  fileNames: ReadonlySet<string | undefined>,
): Promise<LabelsByFile> {
  const images: ExchangedImage[] = [];
  for (const image of exchangedLabels(db, round, true)) if (fileNames.has(image.fileName)) images.push(image);
  if (images.length === 0) return new Map();
  const { files } = await format.write(images, db.categories.all(), unlabeled);
  const { images: back } = await format.read(sourceOfFiles('labels of the run', files), unlabeled);
  const returned = new Map(back.map((image) => [image.fileName, image.labels]));
  return new Map(images.map(({ fileName, labels }) => [fileName, named(labels, returned.get(fileName) ?? [])]));
}

/** Labels that came back from a format, with the names that they had where the format loses them. */
function named(labels: readonly ExchangedLabel[], returned: readonly ExchangedLabel[]): ExchangedLabel[] {
  const free = new Set(labels);
  return returned.flatMap((label) => {
    const original = label.id === null ? mostAlike(label, free) : [...free].find(({ id }) => id === label.id);
    if (!original) return [];
    free.delete(original);
    return [{ ...label, id: original.id }];
  });
}

function mostAlike(label: ExchangedLabel, candidates: Iterable<ExchangedLabel>): ExchangedLabel | undefined {
  let best: ExchangedLabel | undefined;
  let bestIou = 0;
  for (const candidate of candidates) {
    if (candidate.category !== label.category) continue;
    const iou = rle.iou(candidate.mask, label.mask);
    if (iou <= bestIou) continue;
    best = candidate;
    bestIou = iou;
  }
  return best;
}

type CategoryIds = ReadonlyMap<string, CategoryId>;

function asLabels(labels: readonly ExchangedLabel[], categories: CategoryIds): HandedOut[] {
  return labels.flatMap(({ id, category, mask }) => {
    const label = namedLabel(id ?? '');
    return label ? [{ label, category: categories.get(category) as CategoryId, mask }] : [];
  });
}

/** Crowds are no objects, and a mask without pixels is no label any more. */
function cameBack({ id, category, mask, crowd, verdict }: ExchangedLabel, categories: CategoryIds): CameBack[] {
  if (crowd || rle.area(mask) === 0) return [];
  return [
    {
      label: namedLabel(id ?? '') ?? null,
      category: categories.get(category) as CategoryId,
      mask,
      verdict: verdict ?? null,
    },
  ];
}

function requireKnownCategories(images: readonly ExchangedImage[], categories: CategoryIds, path: string): void {
  for (const { fileName, labels } of images)
    for (const { category } of labels) {
      if (categories.has(category)) continue;
      throw new SelfpasteError(
        'DATA_UNKNOWN_CATEGORY',
        expectation(
          `a label on ${fileName} in ${path}`,
          `a category of the run (${[...categories.keys()].slice(0, 8).join(', ')})`,
          category,
        ),
        'name the class as the run does, or start a run whose labeled set has it',
      );
    }
}

const otherSize = (path: string, { fileName, size }: ExchangedImage, row: ImageRow): Issue => ({
  file: path,
  subject: fileName,
  reason: 'other-size',
  detail: `it is ${size.width}x${size.height} there and ${row.size.width}x${row.size.height} in the run; left out`,
});

const notKept = (path: string, { id }: ExchangedLabel, round: number): Issue => ({
  file: path,
  subject: `label ${id}`,
  reason: 'not-kept',
  detail: `it is a prediction of round ${round} that is no label of it, or no more; left out`,
});
