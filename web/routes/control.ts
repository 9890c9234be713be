import { Hono } from 'hono';
import { SelfpasteError } from '../../core/index.ts';
import { type QuarantinedFile, type RunDatabase, readRunOwner } from '../../db/index.ts';
import { livingOwner, notRunning, postRequest, type RunRequest, runState } from '../../pipeline/index.ts';
import type { ControlRequest, Retried, Retrying, SetAside } from '../contract/run.ts';
import type { Site } from '../site.ts';
import { bodyOf } from './request-body.ts';

const REQUESTS: readonly RunRequest[] = ['pause', 'go-on', 'stop'];
/** Told to people as who asked. */
const WHO = 'the inspector';
const MOST_FILES = 1000;

/** What a person can ask of a run: to pause, go on, stop, and to try pictures again. */
export function controlRoutes(site: Site): Hono {
  const routes = new Hono();
  routes.post('/api/control', async (context) => {
    const request = (await bodyOf(context)).oneOf('request', REQUESTS);
    if (livingOwner(site.folder.path) === undefined) throw notRunning(site.folder.path);
    await postRequest(site.folder.path, request, WHO);
    return context.json({ request } satisfies ControlRequest, 202);
  });
  routes.get('/api/run/quarantine', (context) => context.json(site.read((db) => setAside(db, site.folder.path))));
  routes.post('/api/run/retry', async (context) => {
    const round = (await bodyOf(context)).integer('round');
    return context.json(site.write((db) => retry(db, site.folder.path, round)));
  });
  return routes;
}

function setAside(db: RunDatabase, folder: string): SetAside {
  const files: readonly QuarantinedFile[] = db.quarantine.all();
  const failed = db.labeling.failed(db.rounds.latest()?.index ?? 0);
  return { files: files.slice(0, MOST_FILES), fileCount: files.length, failed, retry: retrying(db, folder) };
}

/** A stage that begins looks once for what is left to do: a picture that is pending again is found by a run that is about to label. */
function retrying(db: RunDatabase, folder: string): Retrying {
  const state = stateOf(db, folder);
  if (state.kind === 'finished') return { possible: false, why: 'the run is finished' };
  if (state.stage !== 'label')
    return { possible: false, why: `the next round labels every picture anew; this one is past that, in ${state.stage}` };
  if (state.kind === 'running') return { possible: false, why: 'pause the run first: the stage at work looked for its pictures already' };
  return { possible: true, round: state.round };
}

function retry(db: RunDatabase, folder: string, round: number): Retried {
  return db.transaction(() => {
    const possible = retrying(db, folder);
    if (!possible.possible) throw noRetry(possible.why);
    if (possible.round !== round) throw noRetry(`the run is in round ${possible.round}`);
    return { pictures: db.labeling.retryFailed(round) };
  });
}

const stateOf = (db: RunDatabase, folder: string) =>
  runState({ snapshot: db.snapshots.latest(), rounds: [], events: [] }, readRunOwner(folder) ?? null, Date.now());

function noRetry(why: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_RETRY',
    `Expected failed pictures that can be tried again now, but ${why}`,
    'look at the run, and try again then',
  );
}
