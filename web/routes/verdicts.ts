import { Hono } from 'hono';
import { type ActionId, actionId, expectation, SelfpasteError } from '../../core/index.ts';
import { drawnBy, type RunDatabase } from '../../db/index.ts';
import { actionText, lastStanding, userName } from '../../pipeline/index.ts';
import type { Answers, Orders } from '../contract/addresses.ts';
import type { DecisionAnswer, RecentAnswer, UndoAnswer } from '../contract/verdicts.ts';
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
  routes.get('/api/categories', (context) =>
    context.json<Answers['/api/categories']>({ categories: site.read((db) => db.categories.all()) }),
  );
  routes.get('/api/verdicts/recent', (context) =>
    context.json<Answers['/api/verdicts/recent']>(site.read((db) => recent(db, context.req.query('before')))),
  );
  routes.get('/api/verdicts/count', (context) =>
    context.json<Answers['/api/verdicts/count']>({
      labels: site.read((db) => labelsFound(db, context.req.query(), ['prediction', 'drawn']).targets.length),
    }),
  );
  routes.post('/api/verdicts', async (context) => {
    const { who, why, key, ...decision } = decisionRequestOf(await bodyOf(context));
    return context.json<Orders['/api/verdicts']['answer']>(
      await decisions.once(key, async () => {
        const before = site.read((db) => recorded(db, key));
        if (before !== undefined) return before;
        // A label is looked at on the connection that is open; what is written is looked at again within the writing.
        const found = await site.read((db) => decided(db, decision));
        return site.write((db) => record(db, found, { who: who ?? userName(), why }, key));
      }),
    );
  });
  routes.post('/api/verdicts/undo', async (context) => {
    const { who, key, action } = undoRequestOf(await bodyOf(context));
    return context.json<Orders['/api/verdicts/undo']['answer']>(
      await undos.once(key, async () => site.write((db) => undo(db, action, who ?? userName()))),
    );
  });
  return routes;
}

/** @param before number of the action that the page before ended with */
function recent(db: RunDatabase, before: string | undefined): RecentAnswer {
  const actions = db.verdicts.actions(RECENT + 1, before === undefined ? undefined : actionNamed(before));
  const page = actions.slice(0, RECENT).map((action) => ({ ...action, what: actionText(db, action) }));
  return { who: userName(), actions: page, more: actions.length > RECENT };
}

function actionNamed(text: string): ActionId {
  if (/^\d{1,15}$/.test(text)) return actionId(Number(text));
  const message = expectation('before', 'the number of an action', text);
  throw new SelfpasteError('USAGE_QUERY', message, 'leave it out for the newest actions');
}

interface DecidedBy {
  readonly who: string;
  readonly why: string;
}

function record(db: RunDatabase, { judgements, subject }: Decided, by: DecidedBy, key: string): DecisionAnswer {
  if (judgements.length === 0) return { action: null, labels: 0, drawn: null };
  const { action, recorded } = db.verdicts.record(judgements, { ...by, subject, atMs: Date.now() }, key);
  return answerOf(db, action, recorded, judgements[0]?.verdict === 'drawn');
}

/** What a server before this one wrote for a request, and could not answer any more. */
function recorded(db: RunDatabase, key: string): DecisionAnswer | undefined {
  const action = db.verdicts.withKey(key);
  if (action === undefined) return undefined;
  const { accepted, rejected, corrected, drawn, withdrawn } = action.verdicts;
  return answerOf(db, action.id, accepted + rejected + corrected + drawn + withdrawn, drawn > 0);
}

function answerOf(db: RunDatabase, action: ActionId, labels: number, isDrawing: boolean): DecisionAnswer {
  const [drawn] = isDrawing ? drawnBy(db, action) : [];
  return { action, labels, drawn: drawn ? `d${drawn.drawn}` : null };
}

function undo(db: RunDatabase, named: number | null, who: string): UndoAnswer {
  const action = named === null ? lastStanding(db) : actionId(named);
  return { action, undone: db.verdicts.undo(action, { who, atMs: Date.now() }) };
}
