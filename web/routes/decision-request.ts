import {
  type Decision,
  type DecisionRequest,
  MOST_LABELS,
  type NamedLabels,
  type QueriedLabels,
  type Sent,
  type UndoRequest,
} from '../contract/verdicts.ts';
import { badRequest, type RequestBody } from './request-body.ts';

const LONGEST_NAME = 100;
const LONGEST_REASON = 1000;
const LONGEST_KEY = 64;
const LONGEST_ID = 20;
const KINDS = ['accept', 'reject', 'relabel', 'redraw', 'draw', 'reject-image'] as const satisfies readonly Decision['kind'][];

/** @throws SelfpasteError USAGE_REQUEST */
export const decisionRequestOf = (body: RequestBody): DecisionRequest => ({
  ...sentOf(body),
  why: body.has('why') ? body.text('why', LONGEST_REASON) : '',
  ...decisionOf(body),
});

/** @throws SelfpasteError USAGE_REQUEST */
export const undoRequestOf = (body: RequestBody): UndoRequest => ({
  ...sentOf(body),
  action: body.has('action') ? body.integer('action') : null,
});

const sentOf = (body: RequestBody): Sent => ({
  who: body.has('who') ? body.text('who', LONGEST_NAME, 1) : null,
  key: body.text('key', LONGEST_KEY, 1),
});

function decisionOf(body: RequestBody): Decision {
  const kind = body.oneOf('kind', KINDS);
  switch (kind) {
    case 'accept':
    case 'reject':
      return { kind, ...labelsOf(body) };
    case 'relabel':
      return { kind, category: body.integer('category'), ...labelsOf(body) };
    case 'redraw':
      return { kind, id: body.text('id', LONGEST_ID, 1), ...outlineOf(body) };
    case 'draw':
      return { kind, image: body.integer('image'), ...outlineOf(body) };
    case 'reject-image':
      return { kind, image: body.integer('image') };
  }
}

const outlineOf = (body: RequestBody) => ({ category: body.integer('category'), mask: body.numbers('mask') });

function labelsOf(body: RequestBody): NamedLabels | QueriedLabels {
  if (body.has('ids') === body.has('query')) throw badRequest('labels', 'either ids or a query', body.has('ids') ? 'both' : 'neither');
  return body.has('ids') ? { ids: body.texts('ids', MOST_LABELS) } : { query: body.record('query'), count: body.integer('count') };
}
