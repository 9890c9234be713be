import { type Box, rle } from '../../core/index.ts';
import type { Carries, ExchangedImage, ExchangedLabel, Loss } from './exchange.ts';
import { outlinesOf } from './outlines.ts';

type Counted = keyof Carries | 'bridges';

const SENTENCES: Readonly<Record<Counted, (count: string) => string>> = {
  holes: (count) => `the holes of ${count} are filled`,
  parts: (count) => `${count} of several parts become one label a part`,
  scores: (count) => `the scores of ${count} are left out`,
  ids: (count) => `the ids of ${count} are left out: they come back as new ones`,
  hashes: (count) => `the hashes of ${count} are left out: they come back by file name`,
  crowds: (count) => `${count} of crowds become objects`,
  verdicts: (count) => `the verdicts on ${count} are left out`,
  boxes: (count) => `the model's own boxes of ${count} are replaced by those of the masks`,
  bridges: (count) => `${count} with holes or several parts become one polygon with bridges, which the tool draws a pixel wide`,
};

/** Counts what a format does not carry, picture by picture as they are written. */
export class LossTally {
  readonly #carries: Carries;
  readonly #bridges: boolean;
  readonly #counts = new Map<Counted, number>();

  /** @param bridges whether the format joins holes and parts to one polygon */
  constructor(carries: Carries, bridges = false) {
    this.#carries = carries;
    this.#bridges = bridges;
  }

  /** The same pictures, counted on their way. */
  *watch(images: Iterable<ExchangedImage>): Generator<ExchangedImage> {
    for (const image of images) {
      if (image.sha256 !== null) this.#lose('hashes');
      for (const label of image.labels) this.#see(label);
      yield image;
    }
  }

  /** In the order of {@link Carries}; none that did not occur. */
  losses(): Loss[] {
    const order = Object.keys(SENTENCES) as Counted[];
    return order.flatMap((what) => {
      const count = this.#counts.get(what) ?? 0;
      const noun = what === 'hashes' ? 'picture' : 'label';
      return count === 0 ? [] : [{ what, count, sentence: SENTENCES[what](`${count} ${noun}${count === 1 ? '' : 's'}`) }];
    });
  }

  #see(label: ExchangedLabel): void {
    if (label.score !== null) this.#lose('scores');
    if (label.id !== null) this.#lose('ids');
    if (label.crowd) this.#lose('crowds');
    if (label.verdict !== undefined) this.#lose('verdicts');
    if (!this.#carries.boxes && !sameBox(label.box, rle.toBox(label.mask))) this.#lose('boxes');
    if (this.#bridges || !this.#carries.holes || !this.#carries.parts) this.#seeShape(label);
  }

  #seeShape({ mask }: ExchangedLabel): void {
    const outlines = outlinesOf(mask);
    const hasHoles = outlines.some(({ holes }) => holes.length > 0);
    if (hasHoles) this.#lose('holes');
    if (outlines.length > 1) this.#lose('parts');
    if (this.#bridges && (hasHoles || outlines.length > 1)) this.#lose('bridges');
  }

  #lose(what: Counted): void {
    if (what === 'bridges' || !this.#carries[what]) this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

const sameBox = (a: Box, b: Box): boolean => a.x1 === b.x1 && a.y1 === b.y1 && a.x2 === b.x2 && a.y2 === b.y2;
