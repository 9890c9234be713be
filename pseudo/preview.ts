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
  /** Of these, the ones with a label. */
  readonly imagesWithLabels: Pick<PreviewCounts, 'present' | 'next'>;
  readonly predictions: number;
  readonly overall: PreviewCounts;
  /** Categories with a label under either policy, by id. */
  readonly byCategory: ReadonlyMap<CategoryId, PreviewCounts>;
  /** Predictions by reason, of those that occur. */
  readonly byReason: ReadonlyMap<KeptReason | DroppedReason, Pick<PreviewCounts, 'present' | 'next'>>;
}

/** What people say of an image's predictions, in their order; null where nobody said anything. Drawings depend on the policy's NMS. */
export type RulingsOf = (image: ImageId, policy: Policy) => readonly Ruling[] | null;

/** What a policy is asked about. */
export interface PreviewedImage {
  readonly image: ImageId;
  readonly candidates: CandidateSet;
}

/** Compares two policies over all images of a round, without their masks. */
export function previewPolicy(sets: Iterable<PreviewedImage>, next: Policy, present: Policy, rulingsOf: RulingsOf): PolicyPreview {
  const trial = new PolicyTrial(next, present, rulingsOf);
  for (const set of sets) trial.add(set);
  return trial.preview();
}

/** The same image by image, for who does other things between two of them. */
export class PolicyTrial {
  readonly #next: Policy;
  readonly #present: Policy;
  readonly #rulingsOf: RulingsOf;
  readonly #tally = new PreviewTally();

  constructor(next: Policy, present: Policy, rulingsOf: RulingsOf) {
    this.#next = next;
    this.#present = present;
    this.#rulingsOf = rulingsOf;
  }

  add({ image, candidates }: PreviewedImage): void {
    const present = decideFates(candidates, this.#present, this.#rulingsOf(image, this.#present));
    this.#tally.add(candidates, present, decideFates(candidates, this.#next, this.#rulingsOf(image, this.#next)));
  }

  /** Of the images so far. */
  preview(): PolicyPreview {
    return this.#tally.preview();
  }
}

class PreviewTally {
  #images = 0;
  readonly #withLabels = { present: 0, next: 0 };
  #predictions = 0;
  readonly #present = new Float64Array(FATES);
  readonly #next = new Float64Array(FATES);
  readonly #byCategory = new Map<CategoryId, { -readonly [Count in keyof PreviewCounts]: number }>();

  add({ categories }: CandidateSet, present: Uint8Array, next: Uint8Array): void {
    this.#images++;
    this.#predictions += present.length;
    if (present.some(isKept)) this.#withLabels.present++;
    if (next.some(isKept)) this.#withLabels.next++;
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
    const [images, predictions, imagesWithLabels] = [this.#images, this.#predictions, { ...this.#withLabels }];
    return { images, imagesWithLabels, predictions, overall, byCategory, byReason: this.#byReason() };
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
