import { type MaskOverlaps, maskOverlaps, rle, type Suspicion, type SuspicionKind } from '../../core/index.ts';
import type { Candidate } from '../verdict.ts';
import type { Scene } from './scene.ts';

/** From this mask IoU on, two objects together are the whole. */
export const UNION_IOU = 0.7;

/** Two predictions of one category that do not overlap, and together are a third. */
interface Union {
  readonly whole: Candidate;
  readonly parts: readonly [Candidate, Candidate];
  /** Mask IoU of the whole with both parts, {@link UNION_IOU}..1. */
  readonly iou: number;
}

/**
 * Labels that are a part of an object (`split`), and labels that are two objects (`merged`): two predictions of one category that do not
 * overlap are, together, a third. All are predictions of this round, where the two parts of a `split` are labels; or the whole is a label
 * of one round and the parts are labels of the other.
 * Strength: mask IoU of the whole with both parts, times the score of what speaks against the label over its own, where that is less than
 * 1. Against a whole speaks the part with the lower score.
 */
export function unions(scene: Scene): Suspicion[] {
  return [...unionsWithin(scene), ...unionsAcross(scene)].flatMap((union) => accusations(union, scene));
}

function accusations({ whole, parts, iou }: Union, { labels, suspects }: Scene): Suspicion[] {
  const weaker = parts[0].score <= parts[1].score ? parts[0] : parts[1];
  const found = suspects.has(whole) ? [accusation('merged', iou, whole, weaker)] : [];
  if (!parts.every((part) => labels.has(part))) return found;
  return [...found, ...parts.filter((part) => suspects.has(part)).map((part) => accusation('split', iou, part, whole))];
}

function accusation(kind: SuspicionKind, iou: number, suspect: Candidate, witness: Candidate): Suspicion {
  const trust = witness.score >= suspect.score ? 1 : witness.score / suspect.score;
  return { kind, strength: iou * trust, prediction: suspect.id, other: witness.id };
}

/** Unions of predictions of this round; what is not suspected itself speaks only against two labels. */
function unionsWithin({ predictions, overlaps, labels, suspects }: Scene): Generator<Union> {
  return unionsAmong(predictions, overlaps, (whole, part) => suspects.has(whole) || labels.has(part));
}

/** Unions of a label of one round and two of the other. */
function unionsAcross({ labels, before }: Scene): Generator<Union> {
  const all = [...labels, ...(before?.labels ?? [])];
  const overlaps = maskOverlaps(all.map(({ mask }) => mask));
  return unionsAmong(all, overlaps, (whole, part) => labels.has(whole) !== labels.has(part));
}

/** A prediction that overlaps another. */
interface Neighbour {
  readonly candidate: Candidate;
  readonly iou: number;
}

function* unionsAmong(
  predictions: readonly Candidate[],
  overlaps: MaskOverlaps,
  mayJoin: (whole: Candidate, part: Candidate) => boolean,
): Generator<Union> {
  const neighbours = neighboursOf(predictions, overlaps);
  const meet = (a: Candidate, b: Candidate) => neighbours.get(a)?.some(({ candidate }) => candidate === b) ?? false;
  for (const [whole, around] of neighbours) {
    const parts = around.filter(({ candidate }) => mayJoin(whole, candidate));
    yield* unionsOf(whole, parts, meet);
  }
}

/** By prediction, those of its category that it overlaps. */
function neighboursOf(predictions: readonly Candidate[], { first, second, iou }: MaskOverlaps): ReadonlyMap<Candidate, Neighbour[]> {
  const neighbours = new Map<Candidate, Neighbour[]>();
  const add = (of: Candidate, neighbour: Neighbour) => {
    const list = neighbours.get(of);
    if (list) list.push(neighbour);
    else neighbours.set(of, [neighbour]);
  };
  for (let pair = 0; pair < first.length; pair++) {
    const [a, b] = [predictions[first[pair]], predictions[second[pair]]];
    if (a.category !== b.category) continue;
    add(a, { candidate: b, iou: iou[pair] });
    add(b, { candidate: a, iou: iou[pair] });
  }
  return neighbours;
}

function* unionsOf(whole: Candidate, parts: readonly Neighbour[], meet: (a: Candidate, b: Candidate) => boolean): Generator<Union> {
  for (const [at, a] of parts.entries())
    for (const b of parts.slice(at + 1)) {
      // The IoU with both is at most the sum of the IoUs with each.
      if (a.iou + b.iou < UNION_IOU || meet(a.candidate, b.candidate)) continue;
      const iou = rle.iou(rle.union([a.candidate.mask, b.candidate.mask]), whole.mask);
      if (iou >= UNION_IOU) yield { whole, parts: [a.candidate, b.candidate], iou };
    }
}
