import { computed, effect, signal, untracked } from '@preact/signals';
import type { SeenPicture, TrainedRound, TrainedRounds } from '../../contract/training.ts';
import { Refused, read, readFile } from '../client.ts';
import { connection, liveState, onPoints } from '../live.ts';
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
  const { round, step, slot } = place.value.query;
  return { round: round || null, step: wholeNumber(step), slot: wholeNumber(slot) };
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
  readonly stepsDone = computed(() => {
    const { set, stepsDone } = this.round.value ?? { set: null, stepsDone: 0 };
    const told = this.#told.value;
    return told.set === set ? Math.max(stepsDone, told.step) : stepsDone;
  });
  /** The last step that the run told of, and of which training: of one that begins anew, fewer are done. */
  readonly #told = signal<{ readonly set: string | null; readonly step: number }>({ set: null, step: 0 });
  readonly #asked = computed(() => askedPictures(this.round.value));
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
        const shown = this.round.peek();
        if (shown?.round === round) this.#told.value = { set: shown.set, step: Math.max(this.stepsDone.peek(), points.at(-1)?.step ?? 0) };
      }),
      this.#followRound(),
      this.#followServer(),
      this.#followStep(),
      effect(() => {
        if (this.rounds.loading.value.state === 'there') untracked(() => this.#askRefused());
      }),
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
      round.value;
      untracked(() => this.#askRounds());
    });
  }

  /** A server that was away may have another training by now, and has not heard what was asked meanwhile. */
  #followServer(): () => void {
    let before = connection.peek().state;
    return effect(() => {
      const { state } = connection.value;
      if (before === 'lost' && state === 'open') untracked(() => this.#askRounds());
      before = state;
    });
  }

  #askRounds(): void {
    void this.rounds.ask((stop) => read('/api/training', { round: shownSample.peek().round }, stop));
  }

  #followStep(): () => void {
    let timer = 0;
    const end = effect(() => {
      const wanted = JSON.parse(this.#asked.value) as AskedPictures | null;
      window.clearTimeout(timer);
      if (wanted !== null) timer = window.setTimeout(() => this.#ask(wanted), REST_MS);
    });
    return () => {
      window.clearTimeout(timer);
      end();
    };
  }

  #ask({ round, step, batchSize }: AskedPictures, is: (slot: Source<Seen>) => boolean = () => true): void {
    for (let at = 0; at < batchSize; at++) {
      const slot = this.slot(at);
      if (is(slot)) void slot.ask((stop) => loadSeen(`/api/training/${round}/${step}/${at}`, stop));
    }
  }

  /** What could not be had when it was asked for may be had now. */
  #askRefused(): void {
    const wanted = JSON.parse(this.#asked.peek()) as AskedPictures | null;
    if (wanted !== null) this.#ask(wanted, ({ loading }) => loading.peek().state === 'refused');
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
  readonly set: string;
  readonly step: number;
  readonly batchSize: number;
}

/** As text, which is the same where nothing else is asked for; null where no step is, or one that the round does not have. */
function askedPictures(shown: TrainedRound | null): string {
  const { round: named, step } = shownSample.value;
  if (shown === null || step === null || step >= shown.steps || isOther(shown, named)) return 'null';
  const { round, set, batchSize } = shown;
  return JSON.stringify({ round, set, step, batchSize } satisfies AskedPictures);
}

type SeenAddress = `/api/training/${number}/${number}/${number}`;

async function loadSeen(address: SeenAddress, stop: AbortSignal): Promise<Seen> {
  try {
    return await loadOnce(address, stop);
  } catch (error) {
    // The round was trained anew between facts and pixels.
    if (error instanceof Refused && error.status === 409) return await loadOnce(address, stop);
    throw error;
  }
}

async function loadOnce(address: SeenAddress, stop: AbortSignal): Promise<Seen> {
  const facts = await read(address, {}, stop);
  const file = await readFile(facts.picture, stop);
  return { facts, pixels: await createImageBitmap(file) };
}
