import { Hono } from 'hono';
import type { Answers, Orders } from '../contract/addresses.ts';
import type { Site } from '../site.ts';
import { KnownRulings } from './known-rulings.ts';
import { lineExamples } from './line-examples.ts';
import { policyFacts } from './policy-facts.ts';
import { bodyOf } from './request-body.ts';
import { answerThresholds } from './threshold-answer.ts';
import { planThresholds, writeThresholds } from './threshold-plan.ts';
import { settingsAsked, thresholdQuestionOf } from './threshold-question.ts';

/** Thresholds: what they keep, what they would keep, and writing them. */
export function policyRoutes({ folder: { path }, read }: Site): Hono {
  const routes = new Hono();
  const rulings = new KnownRulings();
  const settingsOf = (query: Readonly<Record<string, string>>) => read((db) => settingsAsked(db, thresholdQuestionOf(db, path, query)));
  routes.get('/api/policy', (context) =>
    context.json<Answers['/api/policy']>(read((db) => policyFacts(db, thresholdQuestionOf(db, path, context.req.query())))),
  );
  routes.get('/api/policy/preview', async (context) => {
    const { signal } = context.req.raw;
    const answer = read((db) => {
      const question = thresholdQuestionOf(db, path, context.req.query());
      return answerThresholds(db, question, rulings.of(db, question.round), signal);
    });
    return context.json<Answers['/api/policy/preview']>(await answer);
  });
  routes.get('/api/policy/examples', (context) => {
    const { class: category, ...query } = context.req.query();
    return context.json<Answers['/api/policy/examples']>(read((db) => lineExamples(db, thresholdQuestionOf(db, path, query), category)));
  });
  routes.get('/api/policy/plan', (context) =>
    context.json<Answers['/api/policy/plan']>(planThresholds(path, settingsOf(context.req.query()))),
  );
  routes.post('/api/policy', async (context) => {
    const body = await bodyOf(context);
    return context.json<Orders['/api/policy']['answer']>(
      await writeThresholds(path, settingsOf(body.record('query')), body.text('agreed', 100)),
    );
  });
  return routes;
}
