import { Hono } from 'hono';
import { type ErrorFacts, errorFacts, SelfpasteError } from '../core/index.ts';
import { type Access, atModestRates, calledByName, notFromElsewhere, ownWrites, safely, withToken } from './access.ts';
import { statusRoutes } from './routes/status.ts';
import type { Site } from './site.ts';

const CONTENTS = `selfpaste serves here what is known of a run.

/metrics     numbers for Prometheus
/api/status  what \`selfpaste status --json\` says
/healthz     whether this server answers
`;

/** What of a run is served by whom; each has its paths. */
const ROUTES: readonly ((site: Site) => Hono)[] = [statusRoutes];

/** What is served of a run, to those who have access. */
export function runApp(site: Site, access: Access): Hono {
  const app = new Hono();
  app.use(safely(), atModestRates(), calledByName(access), notFromElsewhere(), withToken(access), ownWrites(access));
  for (const routes of ROUTES) app.route('/', routes(site));
  app.get('/', (context) => context.text(CONTENTS));
  app.notFound((context) => context.json({ error: NOTHING }, 404));
  app.onError((error, context) => {
    const { code, message, hint } = errorFacts(error);
    return context.json({ error: { code, message, hint } }, error instanceof SelfpasteError ? statusOf(error) : 500);
  });
  return app;
}

const NOTHING: ErrorFacts = { code: 'HTTP_NOT_FOUND', message: 'There is nothing here', hint: 'look at / for what is served' };

/** What was asked wrongly, or cannot be answered now. */
const statusOf = ({ code }: SelfpasteError): 400 | 503 => (/^(USAGE|CONFIG)_/.test(code) ? 400 : 503);
