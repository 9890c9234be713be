import { Hono } from 'hono';
import { type ErrorFacts, errorFacts, SelfpasteError } from '../core/index.ts';
import { type Access, atModestRates, calledByName, notFromElsewhere, ownWrites, safely, withToken } from './access.ts';
import { compareRoutes } from './routes/compare.ts';
import { imageRoutes } from './routes/image.ts';
import { labelRoutes } from './routes/labels.ts';
import { pageRoutes } from './routes/page.ts';
import { pictureRoutes } from './routes/pictures.ts';
import { policyRoutes } from './routes/policy.ts';
import { runRoutes } from './routes/run.ts';
import { statusRoutes } from './routes/status.ts';
import { thumbnailRoutes } from './routes/thumbnails.ts';
import { trainingRoutes } from './routes/training.ts';
import { verdictRoutes } from './routes/verdicts.ts';
import type { Site } from './site.ts';

/** What of a run is served by whom; each has its paths. */
const ROUTES: readonly ((site: Site) => Hono)[] = [
  compareRoutes,
  imageRoutes,
  labelRoutes,
  pictureRoutes,
  policyRoutes,
  runRoutes,
  statusRoutes,
  thumbnailRoutes,
  trainingRoutes,
  verdictRoutes,
];

/** What is served of a run, to those who have access. */
export function runApp(site: Site, access: Access): Hono {
  const app = new Hono();
  app.use(safely(), calledByName(access), notFromElsewhere(), withToken(access), atModestRates(), ownWrites(access));
  for (const routes of ROUTES) app.route('/', routes(site));
  app.route('/', pageRoutes(access));
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
