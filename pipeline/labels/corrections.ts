import { type CategoryId, type ImageId, type Rle, rle } from '../../core/index.ts';
import type { Judgement, StoredVerdict } from '../../db/index.ts';
import type { LabelRef } from './label-name.ts';

/** From this mask IoU on, a label that came back without its name is the one that went out, or was drawn by an import before. */
const SAME_LABEL_IOU = 0.75;

/** A label as it was handed out, with its mask as the format gives it back when nobody touches it. */
export interface HandedOut {
  readonly label: LabelRef;
  readonly category: CategoryId;
  readonly mask: Rle;
}

/** A label as it came back. */
export interface CameBack {
  /** Null where the format, or the tool, lost its name. */
  readonly label: LabelRef | null;
  readonly category: CategoryId;
  readonly mask: Rle;
  readonly verdict: 'accepted' | 'rejected' | null;
}

/** What a person's work on one image says. */
export interface Corrections {
  readonly judgements: readonly Judgement[];
  /** Labels of which nothing is said that does not stand already. */
  readonly unchanged: number;
}

/**
 * Compares what was handed out with what came back: other masks or categories are corrections, what is missing was rejected, what is new
 * was drawn. A label is known by its name, or else, better overlaps first, by the mask that it overlaps most.
 * @param standing what people say of the image already: to say it again, as another import of the same file does, is no judgement
 * @param isWhole whether all that the files say of the image could be read: else what is missing was perhaps not taken away
 */
export function correctionsOf(
  image: ImageId,
  out: readonly HandedOut[],
  back: readonly CameBack[],
  standing: readonly StoredVerdict[],
  isWhole = true,
): Corrections {
  const partners = partnersOf(out, back);
  const judgements: Judgement[] = [];
  let unchanged = 0;
  const drawings = standing.filter((said) => said.of === 'drawn' && !out.some(({ label }) => isAbout(said, label)));
  const add = (judgement: Judgement | null): void => {
    if (judgement && !isSaid(judgement, judgement.verdict === 'drawn' ? drawings : standing)) judgements.push(judgement);
    else unchanged++;
  };
  for (const [at, came] of back.entries()) {
    const original = partners.get(at);
    add(original ? changeOf(original, came) : drawn(image, came));
  }
  const kept = new Set(partners.values());
  if (isWhole) for (const gone of out) if (!kept.has(gone)) add({ ...gone.label, verdict: 'rejected' });
  return { judgements, unchanged };
}

/** Whether a judgement only repeats what stands; a drawing, that of an object which was not handed out. */
function isSaid(judgement: Judgement, standing: readonly StoredVerdict[]): boolean {
  if (judgement.verdict === 'drawn') return standing.some((said) => 'correction' in said && isSameObject(said.correction, judgement));
  const said = standing.find((verdict) => isAbout(verdict, judgement));
  // What a person drew stands until it is rejected, withdrawn or undone.
  if (judgement.of === 'drawn' && judgement.verdict === 'rejected') return said === undefined;
  if (judgement.verdict !== 'corrected') return said?.verdict === judgement.verdict;
  return said !== undefined && 'correction' in said && isSameLabel(said.correction, judgement);
}

function isAbout(said: StoredVerdict, label: LabelRef | Judgement): boolean {
  if (said.of === 'prediction') return label.of === 'prediction' && label.prediction === said.prediction;
  return said.of === 'drawn' && label.of === 'drawn' && label.drawn === said.drawn;
}

interface Outline {
  readonly category: CategoryId;
  readonly mask: Rle;
}

const isSameLabel = (a: Outline, b: Outline): boolean => a.category === b.category && sameMask(a.mask, b.mask);

const isSameObject = (a: Outline, b: Outline): boolean => a.category === b.category && rle.iou(a.mask, b.mask) >= SAME_LABEL_IOU;

/** Which label that was handed out each one that came back is, by its place. */
function partnersOf(out: readonly HandedOut[], back: readonly CameBack[]): Map<number, HandedOut> {
  const partners = new Map<number, HandedOut>();
  const free = new Set(out);
  for (const [at, { label }] of back.entries()) {
    const named = label && out.find((one) => sameLabel(one.label, label));
    if (!named || !free.delete(named)) continue;
    partners.set(at, named);
  }
  for (const { at, one } of overlapsOf([...free], back, partners)) {
    if (partners.has(at) || !free.delete(one)) continue;
    partners.set(at, one);
  }
  return partners;
}

/** Pairs of labels without a partner that may be the same, the best first. */
function overlapsOf(
  out: readonly HandedOut[],
  back: readonly CameBack[],
  partners: ReadonlyMap<number, HandedOut>,
): { readonly at: number; readonly one: HandedOut; readonly iou: number }[] {
  const alone = back.flatMap((_, at) => (partners.has(at) ? [] : [at]));
  const matrix = rle.iouMatrix(
    alone.map((at) => back[at].mask),
    out.map(({ mask }) => mask),
    out.map(() => false),
  );
  return alone
    .flatMap((at, row) => out.map((one, column) => ({ at, one, iou: matrix[row * out.length + column] })))
    .filter(({ iou }) => iou >= SAME_LABEL_IOU)
    .sort((a, b) => b.iou - a.iou);
}

function changeOf(out: HandedOut, came: CameBack): Judgement | null {
  const { label } = out;
  if (came.verdict === 'rejected') return { ...label, verdict: 'rejected' };
  if (!isSameLabel(out, came)) return { ...label, verdict: 'corrected', category: came.category, mask: came.mask };
  return came.verdict === 'accepted' && label.of === 'prediction' ? { ...label, verdict: 'accepted' } : null;
}

const drawn = (image: ImageId, { category, mask, verdict }: CameBack): Judgement | null =>
  verdict === 'rejected' ? null : { of: 'image', image, verdict: 'drawn', category, mask };

const sameLabel = (a: LabelRef, b: LabelRef): boolean =>
  a.of === 'prediction' ? b.of === a.of && a.prediction === b.prediction : b.of === a.of && a.drawn === b.drawn;

const sameMask = (a: Rle, b: Rle): boolean => a.counts.length === b.counts.length && a.counts.every((run, at) => run === b.counts[at]);
