import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';

/** Whom the server answers. */
export interface Access {
  /** Names by which the server may be called, in small letters; IPv6 addresses in brackets. */
  readonly names: ReadonlySet<string>;
  /** What has to be shown with every write. */
  readonly token: string;
  /** Whether it has to be shown with every request: others than this machine can ask. */
  readonly forEverything: boolean;
}

/**
 * Refuses who calls the server by a foreign name: a page of the web whose name was made to lead here could read the answers otherwise
 * (DNS rebinding). The port is not looked at, so that a tunnel may have another one.
 */
export function calledByName({ names }: Access): MiddlewareHandler {
  return async (context, next) => {
    const host = `http://${context.req.header('host') ?? ''}`;
    if (URL.canParse(host) && names.has(new URL(host).hostname)) return await next();
    return context.text('This server does not answer to that name.\n', 403);
  };
}

/**
 * Refuses requests without the token where others than this machine can ask. It comes as `Authorization: Bearer TOKEN`, in the cookie of
 * who was here before, or as `?token=TOKEN`; any that fits will do. An address with a token is left at once for the same one without it, so
 * that neither the address bar nor the history keeps it; programs, which do not ask for a page, get their answer.
 */
export function withToken({ token, forEverything }: Access): MiddlewareHandler {
  return async (context, next) => {
    if (!forEverything) return await next();
    const inAddress = context.req.query('token');
    const shown = [/^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1], inAddress, getCookie(context, cookieOf(context))];
    if (!shown.some((secret) => secret !== undefined && sameSecret(secret, token)))
      return context.text('Show the token that `selfpaste ui` printed.\n', 401, { 'WWW-Authenticate': 'Bearer' });
    if (inAddress === undefined) return await next();
    // Strict would lose it on the way from the address with the token, to which a mail or a file led.
    setCookie(context, cookieOf(context), token, { httpOnly: true, sameSite: 'Lax', path: '/' });
    return asksForPage(context) ? context.redirect(withoutToken(context.req.url), 303) : await next();
  };
}

/** A browser gives the cookies of a host to all its ports: the name says for which one it is, as the browser counts. */
const cookieOf = ({ req }: Context): string => `selfpaste_token_${new URL(`http://${req.header('host')}`).port || '80'}`;

const asksForPage = ({ req }: Context): boolean => req.method === 'GET' && /\btext\/html\b/.test(req.header('accept') ?? '');

/** The rest of an address, at this server: two slashes would begin the name of another one. */
function withoutToken(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('token');
  return `${url.pathname.replace(/^\/+/, '/')}${url.search}`;
}

/** In a time that tells nothing of where they differ. */
function sameSecret(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** Bytes of what a page may send: a corrected mask of a large picture, and decisions about some thousands of labels. */
const MOST_BYTES = 4_000_000;

/**
 * Lets through what reads, and of what writes only what our own page sent: with the token that stands in it, which no other site's page
 * can read, as JSON, and not too much of it.
 */
export function ownWrites({ token }: Access): MiddlewareHandler {
  const bounded = bodyLimit({ maxSize: MOST_BYTES, onError: (context) => context.text('Too much at once.\n', 413) });
  return async (context, next) => {
    const { method } = context.req;
    if (['GET', 'HEAD'].includes(method)) return await next();
    if (method !== 'POST') return context.text('Only GET, HEAD and POST.\n', 405, { Allow: 'GET, HEAD, POST' });
    if (!sameSecret(context.req.header('x-selfpaste-token') ?? '', token))
      return context.text('Only the page of this server writes.\n', 403);
    if (!/^application\/json\b/.test(context.req.header('content-type') ?? '')) return context.text('Send JSON.\n', 415);
    return await bounded(context, next);
  };
}

/** Refuses what pages of other sites ask for, where the browser says so, and writes that name another origin. */
export function notFromElsewhere(): MiddlewareHandler {
  return async (context, next) => {
    const site = context.req.header('sec-fetch-site') ?? 'none';
    const origin = context.req.header('origin');
    const isNavigation = context.req.header('sec-fetch-mode') === 'navigate' && context.req.method === 'GET';
    const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== context.req.header('host'));
    if (foreign || (['cross-site', 'same-site'].includes(site) && !isNavigation))
      return context.text('Not for pages of other sites.\n', 403);
    return await next();
  };
}

/** Requests that are answered a second on average, and at once after a quiet time. */
export interface Rates {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** More than a person who scrolls and some programs ask for. */
const MODEST: Rates = { perSecond: 400, atOnce: 2000 };

/** Refuses floods. It counts whom it sees: it belongs behind what refuses strangers, or they use up what the owner may ask. */
export function atModestRates({ perSecond, atOnce }: Rates = MODEST): MiddlewareHandler {
  let [left, lastMs] = [atOnce, performance.now()];
  return async (context, next) => {
    const nowMs = performance.now();
    left = Math.min(atOnce, left + ((nowMs - lastMs) * perSecond) / 1000);
    lastMs = nowMs;
    if (left < 1) return context.text('Too many requests.\n', 429, { 'Retry-After': '1' });
    left--;
    return await next();
  };
}

/** What a browser may do with an answer: show it, and run and load what this server sends, no script within a page, nothing from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY.join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

export function safely(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    // Pictures say for themselves how long they may be kept.
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
  };
}
