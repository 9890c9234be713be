/** Requests whose answers are remembered; a page asks again within seconds. */
const REMEMBERED = 1000;

/**
 * What was answered to requests that write, by the keys of the requests: a page that got no answer asks again, and gets that of what was
 * written at first instead of writing twice.
 */
export class SentAnswers<Answer> {
  readonly #answers = new Map<string, Promise<Answer>>();

  /** The answer of the work that was done for this key; of what failed nothing is remembered, as nothing was written. */
  async once(key: string, work: () => Promise<Answer>): Promise<Answer> {
    const before = this.#answers.get(key);
    if (before !== undefined) return await before;
    const answer = work();
    this.#answers.set(key, answer);
    this.#forgetOldest();
    try {
      return await answer;
    } catch (error) {
      this.#answers.delete(key);
      throw error;
    }
  }

  #forgetOldest(): void {
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > REMEMBERED && oldest !== undefined) this.#answers.delete(oldest);
  }
}
