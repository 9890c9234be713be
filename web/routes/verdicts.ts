import { Hono } from 'hono';
import { actionId } from '../../core/index.ts';
import { drawnBy, type RunDatabase } from '../../db/index.ts';
import { lastStanding, userName } from '../../pipeline/index.ts';
import type { CategoriesAnswer, CountAnswer, DecisionAnswer, RecentAnswer, UndoAnswer } from '../contract/verdicts.ts';
import type { Site } from '../site.ts';
import { type Decided, decided } from './decided.ts';
import { decisionRequestOf, undoRequestOf } from './decision-request.ts';
import { labelsFound } from './found-labels.ts';
import { bodyOf } from './request-body.ts';
import { SentAnswers } from './sent-answers.ts';

const RECENT = 20;

/** What people say of labels, and what they take back. */
export function verdictRoutes(site: Site): Hono {
  const routes = new Hono();
  const decisions = new SentAnswers<DecisionAnswer>();
  const undos = new SentAnswers<UndoAnswer>();
  routes.get('/api/categories', (context) => context.json<CategoriesAnswer>({ categories: site.read((db) => db.categories.all()) }));
  routes.get('/api/verdicts/recent', (context) =>
    context.json<RecentAnswer>({ who: userName(), actions: site.read((db) => db.verdicts.actions(RECENT)) }),
  );
  routes.get('/api/verdicts/count', (context) =>
    context.json<CountAnswer>({ labels: site.read((db) => labelsFound(db, context.req.query(), ['prediction']).targets.length) }),
  );
  routes.post('/api/verdicts', async (context) => {
    const { who, why, key, ...decision } = decisionRequestOf(await bodyOf(context));
    return context.json(
      await decisions.once(key, async () => {
        // A label is looked at on the connection that is open; what is written is looked at again within the writing.
        const found = await site.read((db) => decided(db, decision));
        return site.write((db) => record(db, found, { who: who ?? userName(), why }));
      }),
    );
  });
  routes.post('/api/verdicts/undo', async (context) => {
    const { who, key, action } = undoRequestOf(await bodyOf(context));
    return context.json(await undos.once(key, async () => site.write((db) => undo(db, action, who ?? userName()))));
  });
  return routes;
}

function record(db: RunDatabase, { judgements, subject }: Decided, by: { readonly who: string; readonly why: string }): DecisionAnswer {
  if (judgements.length === 0) return { action: null, labels: 0, drawn: null };
  const { action, recorded } = db.verdicts.record(judgements, { ...by, subject, atMs: Date.now() });
  const drawn = judgements[0]?.verdict === 'drawn' ? drawnBy(db, action)[0] : undefined;
  return { action, labels: recorded, drawn: drawn ? `d${drawn.drawn}` : null };
}

function undo(db: RunDatabase, named: number | null, who: string): UndoAnswer {
  const action = named === null ? lastStanding(db) : actionId(named);
  return { action, undone: db.verdicts.undo(action, { who, atMs: Date.now() }) };
}
