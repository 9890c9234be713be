import { Hono } from 'hono';
import { runReport } from '../../pipeline/index.ts';
import { metricsText } from '../metrics-text.ts';
import type { Site } from '../site.ts';

/** The state of the run, for programs. */
export function statusRoutes({ folder: { path } }: Site): Hono {
  const routes = new Hono();
  routes.get('/healthz', (context) => context.text('ok\n'));
  routes.get('/api/status', (context) => context.json(runReport(path)));
  routes.get('/metrics', (context) =>
    context.body(metricsText(runReport(path)), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  return routes;
}
