import type { ErrorFacts } from '../../core/index.ts';
import type { Answers, Orders } from '../contract/addresses.ts';
import { addressOf } from './location.ts';

/** What the server refused, as it said it. */
export class Refused extends Error {
  readonly code: string;
  readonly hint: string;
  /** Of its answer, as 400; null for what it said in the midst of a stream. */
  readonly status: number | null;

  constructor({ code, message, hint }: Pick<ErrorFacts, 'code' | 'message' | 'hint'>, status: number | null = null) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }
}

const tokenOf = (page: Document): string => page.querySelector<HTMLMetaElement>('meta[name=selfpaste-token]')?.content ?? '';
let token = tokenOf(document);

type Query = Readonly<Record<string, string | number | null | undefined>>;

/** Asks the server for facts. Throws {@link Refused}. */
export async function read<Path extends keyof Answers>(path: Path, query: Query = {}, signal?: AbortSignal): Promise<Answers[Path]> {
  return answerOf(await fetch(addressOf(path, query), signal ? { signal } : {}));
}

/** Asks the server to write something. Throws {@link Refused}. */
export async function write<Path extends keyof Orders>(path: Path, body: Orders[Path]['sent']): Promise<Orders[Path]['answer']> {
  const response = await post(path, body);
  return answerOf(response.status === 403 && (await isNewServer()) ? await post(path, body) : response);
}

function post(path: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', 'X-Selfpaste-Token': token };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** A server that began anew since this page came from it has another token: its page says which, and only a page of its own can read that. */
async function isNewServer(): Promise<boolean> {
  const page = await (await accepted(await fetch('/'))).text();
  const before = token;
  token = tokenOf(new DOMParser().parseFromString(page, 'text/html'));
  return token !== before;
}

/** Asks the server for a file, as a picture. Throws {@link Refused}. */
export async function readFile(address: string, signal?: AbortSignal): Promise<Blob> {
  return await (await accepted(await fetch(address, signal ? { signal } : {}))).blob();
}

const answerOf = async <Answer>(response: Response): Promise<Answer> => (await (await accepted(response)).json()) as Answer;

async function accepted(response: Response): Promise<Response> {
  if (response.ok) return response;
  const told = (await response.json().catch(() => null)) as { readonly error?: ErrorFacts } | null;
  const message = `The server answered ${response.status}`;
  throw new Refused(told?.error ?? { code: 'HTTP', message, hint: 'see whether `selfpaste ui` still runs' }, response.status);
}
