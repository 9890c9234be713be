import type { CandidateSet, CategoryId, ImageId } from '../core/index.ts';
import { type DroppedReason, decideFates, FATES, isKept, type KeptReason, reasonOf } from './fates.ts';
import type { Policy } from './policy.ts';
import type { Ruling } from './verdict.ts';

/** Labels under the present policy and under the next one; what only the next keeps is gained, what only the present keeps is lost. */
export interface PreviewCounts {
  readonly present: number;
  readonly next: number;
  readonly gained: number;
  readonly lost: number;
}

/** What another policy would make of the same predictions. Objects that people drew are labels under any policy, and not counted. */
export interface PolicyPreview {
  readonly images: number;
  readonly predictions: number;
  readonly overall: PreviewCounts;
  /** Categories with a label under either policy, by id. */
  readonly byCategory: ReadonlyMap<CategoryId, PreviewCounts>;
  /** Predictions by reason, of those that occur. */
  readonly byReason: ReadonlyMap<KeptReason | DroppedReason, Pick<PreviewCounts, 'present' | 'next'>>;
}

/** What people say of an image's predictions, in their order; null where nobody said anything. Drawings depend on the policy's NMS. */
export type RulingsOf = (image: ImageId, policy: Policy) => readonly Ruling[] | null;

/** Compares two policies over all images of a round, without their masks. */
export function previewPolicy(
  sets: Iterable<{ readonly image: ImageId; readonly candidates: CandidateSet }>,
  next: Policy,
  present: Policy,
  rulingsOf: RulingsOf,
): PolicyPreview {
  const tally = new PreviewTally();
  for (const { image, candidates } of sets) {
    const presentFates = decideFates(candidates, present, rulingsOf(image, present));
    tally.add(candidates, presentFates, decideFates(candidates, next, rulingsOf(image, next)));
  }
  return tally.preview();
}

class PreviewTally {
  #images = 0;
  #predictions = 0;
  readonly #present = new Float64Array(FATES);
  readonly #next = new Float64Array(FATES);
  readonly #byCategory = new Map<CategoryId, { -readonly [Count in keyof PreviewCounts]: number }>();

  add({ categories }: CandidateSet, present: Uint8Array, next: Uint8Array): void {
    this.#images++;
    this.#predictions += present.length;
    for (let at = 0; at < present.length; at++) {
      this.#present[present[at]]++;
      this.#next[next[at]]++;
      if (isKept(present[at]) || isKept(next[at])) this.#count(categories[at] as CategoryId, isKept(present[at]), isKept(next[at]));
    }
  }

  #count(category: CategoryId, inPresent: boolean, inNext: boolean): void {
    const counts = this.#byCategory.get(category) ?? { present: 0, next: 0, gained: 0, lost: 0 };
    this.#byCategory.set(category, counts);
    if (inPresent) counts.present++;
    if (inNext) counts.next++;
    if (!inPresent) counts.gained++;
    if (!inNext) counts.lost++;
  }

  preview(): PolicyPreview {
    const overall = { present: 0, next: 0, gained: 0, lost: 0 };
    for (const counts of this.#byCategory.values()) {
      overall.present += counts.present;
      overall.next += counts.next;
      overall.gained += counts.gained;
      overall.lost += counts.lost;
    }
    const byCategory = new Map([...this.#byCategory].sort(([a], [b]) => a - b));
    return { images: this.#images, predictions: this.#predictions, overall, byCategory, byReason: this.#byReason() };
  }

  #byReason(): PolicyPreview['byReason'] {
    const counts = new Map<KeptReason | DroppedReason, { present: number; next: number }>();
    for (let fate = 0; fate < FATES; fate++) {
      if (this.#present[fate] + this.#next[fate] === 0) continue;
      const { present, next } = counts.get(reasonOf(fate)) ?? { present: 0, next: 0 };
      counts.set(reasonOf(fate), { present: present + this.#present[fate], next: next + this.#next[fate] });
    }
    return counts;
  }
}
