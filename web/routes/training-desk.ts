import { statSync } from 'node:fs';
import { BoundedCache } from '../bounded-cache.ts';
import { Lanes } from '../lanes.ts';
import type { Site } from '../site.ts';
import type { DrawnPicture, RoundRecipe } from './training-facts.ts';
import { TrainingThread } from './training-thread.ts';

/** So many pictures are drawn at once: a step shows soon, and a run that trains meanwhile keeps its processors. */
const LANES = 2;
const PICTURE_BYTES = 64 * 2 ** 20;
/** A round that nobody asked for so long is closed: its set may be large. */
const IDLE_MS = 120_000;

/** Draws training pictures for those who look: one round is open at a time, and what was drawn last is remembered. */
export class TrainingDesk {
  readonly #site: Site;
  readonly #lanes = new Lanes(LANES);
  readonly #drawn = new BoundedCache<string, DrawnPicture>(PICTURE_BYTES);
  #open: { readonly key: string; readonly thread: TrainingThread } | null = null;
  #closing: NodeJS.Timeout | undefined;

  constructor(site: Site) {
    this.#site = site;
  }

  /** @param round one that has begun to train */
  async recipeOf(round: number): Promise<RoundRecipe> {
    return await this.#threadOf(this.#keyOf(round), round).recipe;
  }

  /** Fails as `drawPicture`, and with the signal's reason where nobody waits any more. */
  async draw(round: number, step: number, slot: number, signal: AbortSignal): Promise<DrawnPicture> {
    const set = this.#keyOf(round);
    const key = `${set} ${step} ${slot}`;
    const known = this.#drawn.get(key);
    if (known !== undefined) return known;
    return await this.#lanes.run(signal, async () => {
      const drawn = await this.#threadOf(set, round).draw(step, slot);
      this.#drawn.set(key, drawn, drawn.png.length);
      return drawn;
    });
  }

  #threadOf(key: string, round: number): TrainingThread {
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => this.#close(), IDLE_MS).unref();
    if (this.#open?.key === key && !this.#open.thread.isRetired) return this.#open.thread;
    this.#close();
    const thread = new TrainingThread(this.#site.folder.path, round);
    this.#open = { key, thread };
    return thread;
  }

  #close(): void {
    this.#open?.thread.retire();
    this.#open = null;
  }

  /** A round that is trained anew, maybe with other settings, writes its set anew. */
  #keyOf(round: number): string {
    const { mtimeMs, size, ino } = statSync(this.#site.folder.trainingSet(round));
    const settings = this.#site.read((db) => db.runs.facts()?.configHash);
    return `${round} ${settings} ${ino} ${size} ${mtimeMs}`;
  }
}
