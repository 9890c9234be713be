import { setTimeout as pause } from 'node:timers/promises';
import { SelfpasteError } from '../../core/index.ts';
import type { Notice } from './notice.ts';

/** How long a webhook is waited for, and before which tries. */
export interface WebhookPatience {
  readonly requestTimeoutMs: number;
  readonly retryWaitsMs: readonly number[];
}

/**
 * The address of a webhook. What is wrong with one is told without it: it may be a secret.
 * @throws SelfpasteError USAGE_BAD_WEBHOOK
 */
export function webhookUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw badWebhook('a text that is none');
  if (!['http:', 'https:'].includes(url.protocol)) throw badWebhook(`one of ${url.protocol}`);
  if (url.username !== '' || url.password !== '') throw badWebhook('one with a user name or password');
  return url;
}

function badWebhook(got: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_BAD_WEBHOOK',
    `Expected a URL of http or https without a user name for --webhook, got ${got}`,
    'give the address as the service shows it, as https://host/path',
  );
}

/** An answer, or the lack of one, after which another try makes sense. */
class PassingFailure extends Error {}

/** Posts a notice as JSON; again where nobody answered, or where the answer was 429 or 5xx. Rejects where that fails, too. */
export async function postNotice(
  url: URL,
  notice: Notice,
  { requestTimeoutMs, retryWaitsMs }: WebhookPatience,
  end: AbortSignal,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await post(url, notice, requestTimeoutMs, end);
    } catch (error) {
      const waitMs = retryWaitsMs[tries];
      if (end.aborted) throw new Error('the run ended before it was taken');
      if (!(error instanceof PassingFailure) || waitMs === undefined) throw error;
      await pause(waitMs, undefined, { signal: end }).catch(() => {});
    }
  }
}

async function post(url: URL, notice: Notice, timeoutMs: number, end: AbortSignal): Promise<void> {
  const { status } = await answer(url, notice, AbortSignal.any([end, AbortSignal.timeout(timeoutMs)]));
  if (status >= 200 && status < 300) return;
  const text = `it answered ${status}`;
  throw status === 429 || status >= 500 ? new PassingFailure(text) : new Error(text);
}

async function answer(url: URL, notice: Notice, signal: AbortSignal): Promise<Response> {
  try {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    // A redirection would hand the notice to somebody who was not named.
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(notice), redirect: 'manual', signal });
    await response.body?.cancel();
    return response;
  } catch (error) {
    throw new PassingFailure(noAnswer(error as Error));
  }
}

/** fetch hides the reason in the cause of its error. */
function noAnswer({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return 'it did not answer in time';
  return `it cannot be reached: ${(cause as NodeJS.ErrnoException | undefined)?.code ?? message}`;
}
