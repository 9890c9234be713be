import type { Context } from 'hono';
import { expectation, SelfpasteError } from '../../core/index.ts';

/** What a page sent, field by field: nothing of it is believed. */
export class RequestBody {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws SelfpasteError USAGE_REQUEST for anything but an object */
  constructor(sent: unknown) {
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) throw badRequest('the request', 'an object', sent);
    this.#fields = { ...sent };
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  /** Text of at most so many characters, without what stands around it. @throws SelfpasteError USAGE_REQUEST */
  text(name: string, most: number, least = 0): string {
    const value = this.#fields[name];
    const text = typeof value === 'string' ? value.trim() : undefined;
    if (text !== undefined && text.length >= least && text.length <= most) return text;
    throw badRequest(name, `text of ${least} to ${most} characters`, value);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#fields[name];
    const choice = choices.find((one) => one === value);
    if (choice !== undefined) return choice;
    throw badRequest(name, `one of ${choices.join(', ')}`, value);
  }

  integer(name: string): number {
    const value = this.#fields[name];
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw badRequest(name, 'an integer', value);
  }

  /** At least one text and at most so many. */
  texts(name: string, most: number): readonly string[] {
    const value = this.#fields[name];
    if (isArrayOf(value, 'string') && value.length > 0 && value.length <= most) return value;
    throw badRequest(name, `1 to ${most} texts`, Array.isArray(value) ? value.length : value);
  }

  numbers(name: string): readonly number[] {
    const value = this.#fields[name];
    if (isArrayOf(value, 'number')) return value;
    throw badRequest(name, 'numbers', value);
  }

  /** Text values by name, as those of an address. */
  record(name: string): Readonly<Record<string, string>> {
    const value = this.#fields[name];
    const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
    if (entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return Object.fromEntries(entries);
    throw badRequest(name, 'texts by name', value);
  }
}

/** @throws SelfpasteError USAGE_REQUEST for what is not JSON, or no object */
export async function bodyOf(context: Context): Promise<RequestBody> {
  const text = await context.req.text();
  try {
    return new RequestBody(JSON.parse(text));
  } catch (error) {
    if (error instanceof SelfpasteError) throw error;
    throw badRequest('the request', 'JSON', text);
  }
}

export function badRequest(name: string, expected: string, value: unknown): SelfpasteError {
  return new SelfpasteError('USAGE_REQUEST', expectation(name, expected, value), 'reload the page: it may be of another version');
}

interface Arrays {
  readonly string: string;
  readonly number: number;
}

const isArrayOf = <Kind extends keyof Arrays>(value: unknown, kind: Kind): value is Arrays[Kind][] =>
  Array.isArray(value) && value.every((one) => typeof one === kind);
