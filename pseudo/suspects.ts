import { rle, SUSPICION_KINDS, type Suspicion } from '../core/index.ts';
import { cut } from './suspects/cut.ts';
import { disagreements } from './suspects/disagreement.ts';
import { type ImageEvidence, sceneOf } from './suspects/scene.ts';
import { strayPixels } from './suspects/stray-pixels.ts';
import { unions } from './suspects/unions.ts';
import { unlikeBefore } from './suspects/unlike-before.ts';
import type { Candidate } from './verdict.ts';

/** Weaker suspicions are not told: almost every label has some. */
export const LEAST_STRENGTH = 0.2;

/**
 * Labels of ONE image that are likely errors, each kind once a label at most, strongest first. How strength is made is told where each kind
 * is looked for; it ranks, and is no probability. What a person accepted is not suspected, and what a person rejected or replaced is not
 * missed.
 */
export function suspicions(evidence: ImageEvidence): Suspicion[] {
  const scene = sceneOf(evidence);
  const found = [...disagreements(scene), ...unions(scene), ...unlikeBefore(scene), ...Array.from(scene.suspects, ofShape).flat()];
  const strongest = new Map<string, Suspicion>();
  for (const one of found.filter(({ strength }) => strength >= LEAST_STRENGTH).sort(byStrength)) {
    const key = `${one.kind} ${one.prediction}`;
    if (!strongest.has(key)) strongest.set(key, one);
  }
  return [...strongest.values()];
}

function ofShape(label: Candidate): Suspicion[] {
  const parts = rle.components(label.mask);
  return parts.length === 0 ? [] : [strayPixels(label, parts), cut(label, parts[0])];
}

function byStrength(a: Suspicion, b: Suspicion): number {
  return (
    b.strength - a.strength ||
    SUSPICION_KINDS.indexOf(a.kind) - SUSPICION_KINDS.indexOf(b.kind) ||
    a.prediction - b.prediction ||
    (a.other ?? 0) - (b.other ?? 0)
  );
}
