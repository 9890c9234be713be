import { type Context, Hono } from 'hono';
import { type SSEMessage, type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { errorFacts, SelfpasteError } from '../../core/index.ts';
import { LiveRun, LOOK_MS } from '../live-run.ts';
import { LiveWatch, parseCursor } from '../live-watch.ts';
import type { Site } from '../site.ts';

/** Pages that may watch at once: each holds a connection. */
const MOST_WATCHERS = 64;

/** What is new in a run, as it comes, to those who keep listening (server-sent events). */
export function liveRoutes(site: Site): Hono {
  const routes = new Hono();
  const run = new LiveRun(site);
  let watchers = 0;
  routes.get('/api/live', (context) => {
    if (watchers >= MOST_WATCHERS) throw watchedEnough();
    const watch = new LiveWatch(site, run, cursorOf(context));
    watchers++;
    // Headers that say how often to reconnect are of no use: the page does that itself, with a back-off.
    return streamSSE(context, async (stream) => {
      try {
        await tell(stream, watch);
      } finally {
        watchers--;
      }
    });
  });
  return routes;
}

async function tell(stream: SSEStreamingApi, watch: LiveWatch): Promise<void> {
  while (!stream.aborted) {
    for (const message of newsOf(watch)) await stream.writeSSE(message);
    await stream.sleep(LOOK_MS);
  }
}

/** A run that cannot be read now, as one that has no database yet, may be there a second later. */
function newsOf(watch: LiveWatch): readonly SSEMessage[] {
  try {
    return watch.news();
  } catch (error) {
    const { code, message, hint } = errorFacts(error);
    return [{ event: 'refused', data: JSON.stringify({ code, message, hint }) }];
  }
}

/** The browser's own word on reconnecting, or the page's. */
const cursorOf = ({ req }: Context) => parseCursor(req.header('last-event-id') ?? req.query('after') ?? '');

function watchedEnough(): SelfpasteError {
  const message = `Expected at most ${MOST_WATCHERS} pages that watch a run at once, got one more`;
  return new SelfpasteError('ENVIRONMENT_WATCHED_ENOUGH', message, 'close pages of this run that nobody looks at');
}
