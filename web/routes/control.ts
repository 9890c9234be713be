import { Hono } from 'hono';
import type { RunDatabase } from '../../db/index.ts';
import {
  livingOwner,
  notRunning,
  postRequest,
  probeFiles,
  type RunRequest,
  recordFiles,
  retriableFiles,
  retryChances,
  retryPictures,
  runConfigOf,
  withParents,
} from '../../pipeline/index.ts';
import type { Answers, Orders } from '../contract/addresses.ts';
import type { SetAside } from '../contract/run.ts';
import type { Site } from '../site.ts';
import { bodyOf } from './request-body.ts';

const REQUESTS: readonly RunRequest[] = ['pause', 'go-on', 'stop'];
/** Told to people as who asked. */
const WHO = 'the inspector';
/** Of files and of pictures. */
const MOST_LISTED = 1000;

/** What a person can ask of a run: to pause, go on, stop, and to try pictures again. */
export function controlRoutes(site: Site): Hono {
  const routes = new Hono();
  routes.post('/api/control', async (context) => {
    const request = (await bodyOf(context)).oneOf('request', REQUESTS);
    if (livingOwner(site.folder.path) === undefined) throw notRunning(site.folder.path);
    await postRequest(site.folder.path, request, WHO);
    return context.json<Orders['/api/control']['answer']>({ request }, 202);
  });
  routes.get('/api/run/quarantine', (context) =>
    context.json<Answers['/api/run/quarantine']>(site.read((db) => setAside(db, site.folder.path))),
  );
  routes.post('/api/run/retry', async (context) => {
    const round = (await bodyOf(context)).integer('round');
    return context.json<Orders['/api/run/retry']['answer']>({
      pictures: site.write((db) => retryPictures(db, site.folder.path, round, WHO)),
    });
  });
  routes.post('/api/run/retry-files', async (context) => {
    const { files, config } = site.read((db) => ({ files: retriableFiles(db), config: runConfigOf(db, site.folder.path) }));
    // Files are read before the database is written, which a run may want to do meanwhile.
    const probed = await probeFiles(files, config);
    const retried = await withParents(site, async (parents) => site.write((db) => recordFiles(db, site.folder.path, probed, WHO, parents)));
    return context.json<Orders['/api/run/retry-files']['answer']>(retried);
  });
  return routes;
}

function setAside(db: RunDatabase, folder: string): SetAside {
  const files = db.quarantine.all();
  const round = db.rounds.latest()?.index ?? 0;
  return {
    files: files.slice(0, MOST_LISTED),
    fileCount: files.length,
    reasons: db.quarantine.countByReason(),
    retriable: retriableFiles(db).length,
    failed: db.labeling.failed(round, MOST_LISTED),
    failedCount: db.labeling.counts(round).failed,
    retry: retryChances(db, folder),
  };
}
