import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { BoundedCache } from '../bounded-cache.ts';
import { Lanes } from '../lanes.ts';
import type { Site } from '../site.ts';
import type { DrawnPicture, RoundRecipe } from './training-facts.ts';
import type { TrainingThread } from './training-thread.ts';
import { TrainingThreads } from './training-threads.ts';

/** So many pictures are drawn at once: a step shows soon, and a run that trains meanwhile keeps its processors. */
const LANES = 2;
const PICTURE_BYTES = 64 * 2 ** 20;

/** Draws training pictures for those who look: few rounds are open at a time, and what was drawn last is remembered. */
export class TrainingDesk {
  readonly #site: Site;
  readonly #lanes = new Lanes(LANES);
  readonly #threads: TrainingThreads;
  readonly #drawn = new BoundedCache<string, DrawnPicture>(PICTURE_BYTES);

  constructor(site: Site) {
    this.#site = site;
    this.#threads = new TrainingThreads(site.folder.path);
  }

  /**
   * What a round trains on and how. Fails with the signal's reason where nobody waits any more.
   * @param round one that has begun to train
   */
  async recipeOf(round: number, signal: AbortSignal): Promise<RoundRecipe & { readonly set: string }> {
    const set = this.#setOf(round);
    return { ...(await this.#work(set, round, signal, ({ recipe }) => recipe)), set };
  }

  /** Fails as `drawPicture`, and with the signal's reason where nobody waits any more. */
  async draw(round: number, step: number, slot: number, signal: AbortSignal): Promise<DrawnPicture> {
    const set = this.#setOf(round);
    const key = `${set} ${step} ${slot}`;
    const known = this.#drawn.get(key);
    if (known !== undefined) return known;
    return await this.#work(set, round, signal, async (thread) => {
      const drawn = await thread.draw(step, slot);
      this.#drawn.set(key, drawn, drawn.png.length);
      return drawn;
    });
  }

  #work<Result>(set: string, round: number, signal: AbortSignal, work: (thread: TrainingThread) => Promise<Result>): Promise<Result> {
    return this.#lanes.run(signal, () => this.#threads.use(set, round, signal, work));
  }

  /** Name of what a round trains on. One that is trained anew, maybe with other settings, writes its set anew. */
  #setOf(round: number): string {
    const { mtimeMs, size, ino } = statSync(this.#site.folder.trainingSet(round));
    const settings = this.#site.read((db) => db.runs.facts()?.configHash);
    return createHash('sha256').update(`${round} ${settings} ${ino} ${size} ${mtimeMs}`).digest('hex').slice(0, 16);
  }
}
