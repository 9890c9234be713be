import { computed, effect, signal, untracked } from '@preact/signals';
import type { SeenPicture, TrainedRound, TrainedRounds } from '../../contract/training.ts';
import { read, readFile } from '../client.ts';
import { liveState, onPoints } from '../live.ts';
import { Source } from '../loading.tsx';
import { addressOf, goTo, place } from '../location.ts';

/** What is on a training picture, and its pixels. */
export interface Seen {
  readonly facts: SeenPicture;
  readonly pixels: ImageBitmap;
}

/** Where the view is: a round, a step, and the picture that is shown large. What the address leaves out is null. */
export interface ShownSample {
  readonly round: string | null;
  readonly step: number | null;
  readonly slot: number | null;
}

export const shownSample = computed<ShownSample>(() => {
  const { round = null, step, slot } = place.value.query;
  return { round, step: wholeNumber(step), slot: wholeNumber(slot) };
});

const wholeNumber = (text: string | undefined): number | null => (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null);

/** The same view of another sample; the object that was looked at is not on it. */
export const addressOfSample = (other: Partial<ShownSample>): string =>
  addressOf('/augmentation', { ...place.value.query, object: null, ...other });

/** Whoever moves a slider passes steps that nobody wants to see. */
const REST_MS = 60;

/** The view of training pictures between its address and the server. */
export class TrainingState {
  readonly rounds = new Source<TrainedRounds>();
  /** The round that is shown, once it is known. */
  readonly round = computed<TrainedRound | null>(() => {
    const loading = this.rounds.loading.value;
    const answer = loading.state === 'there' ? loading.facts : loading.state === 'waiting' ? loading.before : null;
    return answer?.shown ?? null;
  });
  /** Steps of that round that are done, as the run tells it. */
  readonly stepsDone = computed(() => Math.max(this.round.value?.stepsDone ?? 0, this.#told.value));
  readonly #told = signal(0);
  readonly #slots: Source<Seen>[] = [];

  /** The picture at a place of the batch. */
  slot(slot: number): Source<Seen> {
    this.#slots[slot] ??= new Source<Seen>();
    return this.#slots[slot];
  }

  /** Follows the address and the run. @returns what ends it */
  follow(): () => void {
    const ends = [
      onPoints(({ round, points }) => {
        if (round === this.round.peek()?.round) this.#told.value = Math.max(this.#told.peek(), points.at(-1)?.step ?? 0);
      }),
      this.#followRound(),
      this.#followStep(),
      effect(() => this.#nameStep()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #followRound(): () => void {
    // Another stage may be a round more, or the end of a training.
    const stage = computed(() => JSON.stringify([liveState.value?.state.kind, liveState.value?.lit, liveState.value?.sinceMs]));
    const round = computed(() => shownSample.value.round);
    return effect(() => {
      stage.value;
      const asked = round.value;
      untracked(() => {
        if (String(this.round.peek()?.round) !== asked) this.#told.value = 0;
        void this.rounds.ask((stop) => read('/api/training', { round: asked }, stop));
      });
    });
  }

  #followStep(): () => void {
    const asked = computed(() => askedPictures(this.round.value));
    let timer = 0;
    const end = effect(() => {
      const wanted = JSON.parse(asked.value) as AskedPictures | null;
      window.clearTimeout(timer);
      if (wanted !== null) timer = window.setTimeout(() => this.#ask(wanted), REST_MS);
    });
    return () => {
      window.clearTimeout(timer);
      end();
    };
  }

  #ask({ round, step, batchSize }: AskedPictures): void {
    for (let slot = 0; slot < batchSize; slot++)
      void this.slot(slot).ask((stop) => loadSeen(`/api/training/${round}/${step}/${slot}`, stop));
  }

  /** An address without a step is that of the last one that is done. */
  #nameStep(): void {
    const [round, { round: named, step }] = [this.round.value, shownSample.value];
    if (round === null || step !== null || isOther(round, named)) return;
    untracked(() => goTo(addressOfSample({ round: String(round.round), step: Math.max(0, round.stepsDone - 1) }), 'replace'));
  }
}

/** Whether an address names another round than the one that is here by now. */
const isOther = ({ round }: TrainedRound, named: string | null): boolean => named !== null && named !== String(round);

interface AskedPictures {
  readonly round: number;
  readonly step: number;
  readonly batchSize: number;
}

/** As text, which is the same where nothing else is asked for; null where no step is, or one that the round does not have. */
function askedPictures(shown: TrainedRound | null): string {
  const { round: named, step } = shownSample.value;
  if (shown === null || step === null || step >= shown.steps || isOther(shown, named)) return 'null';
  const { round, batchSize } = shown;
  return JSON.stringify({ round, step, batchSize } satisfies AskedPictures);
}

async function loadSeen(address: `/api/training/${number}/${number}/${number}`, stop: AbortSignal): Promise<Seen> {
  const facts = await read(address, {}, stop);
  const file = await readFile(facts.picture);
  return { facts, pixels: await createImageBitmap(file) };
}
