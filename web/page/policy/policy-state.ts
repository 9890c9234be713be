import { effect, type Signal, signal } from '@preact/signals';
import type { LineExamples, PolicyClass, PolicyFacts, ThresholdAnswer, ThresholdPlan } from '../../contract/policy.ts';
import { read, write } from '../client.ts';
import { Source } from '../loading.tsx';
import { addressOf, goTo, place } from '../location.ts';
import { isMoved, type MovedThresholds, moveAll, movedIn, moveOne, NOT_MOVED, queryOf } from './moved-thresholds.ts';

/** A slider that moves asks once it rests for so long, in ms. */
const RESTS_MS = 120;

/** What became of the wish to write. */
export type Wish =
  | { readonly state: 'none' }
  | { readonly state: 'planned'; readonly plan: ThresholdPlan }
  | { readonly state: 'written'; readonly plan: ThresholdPlan }
  | { readonly state: 'refused'; readonly error: Error };

/** The policy view between its address and the server: what moves shows at once, and is asked and remembered when it rests. */
export class PolicyState {
  readonly facts = new Source<PolicyFacts>();
  readonly answer = new Source<ThresholdAnswer>();
  readonly examples = new Source<LineExamples>();
  readonly moved: Signal<MovedThresholds> = signal(NOT_MOVED);
  readonly wish: Signal<Wish> = signal({ state: 'none' });
  readonly isBusy = signal(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = { facts: '', answer: '', examples: '' };

  /** Follows the address. @returns what ends that */
  follow(): () => void {
    const end = effect(() => this.#ask(place.value.query));
    return () => {
      clearTimeout(this.#timer);
      end();
    };
  }

  moveOne(one: PolicyClass, threshold: number): void {
    this.#move(moveOne(this.moved.value, one, threshold));
  }

  moveAll(threshold: number): void {
    this.#move(moveAll(threshold));
  }

  reset(): void {
    this.#move(NOT_MOVED);
  }

  chooseRound(round: string): void {
    this.#go({ ...place.value.query, round });
  }

  chooseClass(category: number): void {
    if (place.value.query.class !== String(category)) this.#go({ ...this.#frame(), ...queryOf(this.moved.value), class: String(category) });
  }

  async plan(): Promise<void> {
    await this.#wish('planned', () => read('/api/policy/plan', this.#query()));
  }

  /** Writes what a plan said. The run has these thresholds from then on, so that nothing is moved any more. */
  async use({ mark }: ThresholdPlan): Promise<void> {
    await this.#wish('written', () => write('/api/policy', { query: this.#query(), agreed: mark }));
    if (this.wish.value.state !== 'written') return;
    this.#asked = { facts: '', answer: '', examples: '' };
    this.#go(this.#frame());
  }

  dropWish(): void {
    this.wish.value = { state: 'none' };
  }

  async #wish(state: 'planned' | 'written', asked: () => Promise<ThresholdPlan>): Promise<void> {
    this.isBusy.value = true;
    try {
      this.wish.value = { state, plan: await asked() };
    } catch (error) {
      this.wish.value = { state: 'refused', error: error as Error };
    } finally {
      this.isBusy.value = false;
    }
  }

  #move(moved: MovedThresholds): void {
    this.moved.value = moved;
    this.wish.value = { state: 'none' };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#go({ ...this.#frame(), ...queryOf(moved) }), RESTS_MS);
  }

  /** What of the address is no threshold. */
  #frame(): Readonly<Record<string, string>> {
    const { round, class: category } = place.value.query;
    return { ...(round === undefined ? {} : { round }), ...(category === undefined ? {} : { class: category }) };
  }

  #query(): Readonly<Record<string, string>> {
    const { round } = place.value.query;
    return { ...(round === undefined ? {} : { round }), ...queryOf(this.moved.value) };
  }

  #go(query: Readonly<Record<string, string>>): void {
    goTo(addressOf('/policy', query), 'replace');
  }

  /** Asks for what the address asks for, and did not before. */
  #ask({ class: category, ...query }: Readonly<Record<string, string>>): void {
    const { round } = query;
    this.moved.value = movedIn(query);
    const asked = { facts: `${round}`, answer: JSON.stringify(query), examples: JSON.stringify([query, category]) };
    if (asked.facts !== this.#asked.facts) void this.facts.ask((signal) => read('/api/policy', { round }, signal));
    if (asked.answer !== this.#asked.answer) void this.answer.ask((signal) => read('/api/policy/preview', query, signal));
    if (asked.examples !== this.#asked.examples && category !== undefined)
      void this.examples.ask((signal) => read('/api/policy/examples', { ...query, class: category }, signal));
    this.#asked = asked;
  }

  get isMoved(): boolean {
    return isMoved(this.moved.value);
  }
}
