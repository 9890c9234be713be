import { type Context, Hono } from 'hono';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { namedLabel } from '../../pipeline/index.ts';
import type { Answers } from '../contract/addresses.ts';
import { LABEL_QUERY_NAMES, type LabelNames, type LabelPage, type LabelPlace, type LabelQuery } from '../contract/labels.ts';
import { MOST_LABELS } from '../contract/verdicts.ts';
import type { Site } from '../site.ts';
import { CountedLabels } from './label-counts.ts';
import { LabelLists } from './label-lists.ts';
import { tilesOf } from './label-tile.ts';

const MOST_TILES = 240;

/** Lists of labels for the gallery: any part of one, where a label stands in it, and how many there are of what. */
export function labelRoutes(site: Site): Hono {
  const routes = new Hono();
  const lists = new LabelLists(site);
  const counted = new CountedLabels(site);
  routes.get('/api/labels', async (context) => context.json<Answers['/api/labels']>(await pageOf(site, lists, context)));
  routes.get('/api/labels/names', async (context) => context.json<Answers['/api/labels/names']>(await namesOf(lists, context)));
  routes.get('/api/labels/place', async (context) => context.json<Answers['/api/labels/place']>(await placeOf(lists, context)));
  routes.get('/api/labels/counts', async (context) =>
    context.json<Answers['/api/labels/counts']>(await counted.of(queryIn(context), context.req.raw.signal)),
  );
  return routes;
}

async function pageOf(site: Site, lists: LabelLists, context: Context): Promise<LabelPage> {
  const from = numberIn(context, 'from', 0, Number.MAX_SAFE_INTEGER);
  const count = numberIn(context, 'count', 1, MOST_TILES);
  const { name, list } = lists.find(queryIn(context), context.req.query('list'));
  const part = await list.part(from, count);
  return { list: name, round: list.round, ...list.length(), from, tiles: site.read((db) => tilesOf(db, part)) };
}

async function namesOf(lists: LabelLists, context: Context): Promise<LabelNames> {
  const from = numberIn(context, 'from', 0, Number.MAX_SAFE_INTEGER);
  const count = numberIn(context, 'count', 1, MOST_LABELS);
  const { name, list } = lists.find(queryIn(context), context.req.query('list'));
  return { list: name, names: await list.names(from, count) };
}

/** Waits until the whole list is there, so that its length is known then, too. */
async function placeOf(lists: LabelLists, context: Context): Promise<LabelPlace> {
  const label = namedLabel(context.req.query('label') ?? '');
  const { list } = lists.find(queryIn(context), context.req.query('list'));
  const id = label?.of === 'drawn' ? label.drawn : (label?.prediction ?? 0);
  const place = await list.placeOf(id);
  return { place: label?.of === list.of ? place : null, labels: list.length().labels };
}

/** The query of an address; what is empty is not asked for. */
export function queryIn(context: Context): LabelQuery {
  const given = LABEL_QUERY_NAMES.flatMap((name) => {
    const text = context.req.query(name);
    return text === undefined || text === '' ? [] : [[name, text]];
  });
  return Object.fromEntries(given);
}

function numberIn(context: Context, name: string, least: number, most: number): number {
  const text = context.req.query(name) ?? '';
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new SelfpasteError('USAGE_REQUEST', expectation(name, `a whole number of ${least} to ${most}`, text), 'reload the page');
}
