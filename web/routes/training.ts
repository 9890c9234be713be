import { type Context, Hono } from 'hono';
import { type ErrorFacts, expectation, SelfpasteError } from '../../core/index.ts';
import { lastStep } from '../../db/index.ts';
import { trainedRounds } from '../../pipeline/index.ts';
import type { Answers } from '../contract/addresses.ts';
import type { TrainedRound } from '../contract/training.ts';
import type { Site } from '../site.ts';
import { TrainingDesk } from './training-desk.ts';
import type { DrawnPicture } from './training-facts.ts';

/** The pictures that the trainer saw. */
export function trainingRoutes(site: Site): Hono {
  const routes = new Hono();
  const desk = new TrainingDesk(site);
  routes.get('/api/training', async (context) => {
    const rounds = trainedIn(site);
    const asked = context.req.query('round');
    const round = asked === undefined ? rounds.at(-1) : trainedRound(rounds, asked);
    const shown = round === undefined ? null : await roundFacts(site, desk, round, context.req.raw.signal);
    return context.json<Answers['/api/training']>({ rounds, shown });
  });
  routes.get('/api/training/:round/:step/:slot', async (context) => {
    const { seen } = await drawn(site, desk, context);
    return context.json<Answers[`/api/training/${number}/${number}/${number}`]>(seen);
  });
  routes.get('/api/training/:round/:step/:slot/picture', async (context) => {
    const { seen, png } = await drawn(site, desk, context);
    const content = context.req.query('content');
    if (content !== undefined && content !== seen.sha256) return context.json({ error: otherPixels(content, seen.sha256) }, 409);
    // An address with the hash of the pixels never has other ones; one without may, where the round is trained anew.
    const lasts = content === undefined ? 'private, no-cache' : 'private, max-age=31536000, immutable';
    const headers = { ETag: `"${seen.sha256}"`, 'Cache-Control': lasts };
    if (context.req.header('if-none-match') === headers.ETag) return context.body(null, 304, headers);
    return context.body(png, 200, { ...headers, 'Content-Type': 'image/png' });
  });
  return routes;
}

const trainedIn = ({ read, folder }: Site): readonly number[] => read((db) => trainedRounds(db, folder.path));

/** @throws SelfpasteError USAGE_NOT_TRAINED */
function trainedRound(rounds: readonly number[], asked: string): number {
  const round = rounds.find((one) => String(one) === asked);
  if (round !== undefined) return round;
  throw new SelfpasteError(
    'USAGE_NOT_TRAINED',
    expectation('round', `a round that has begun to train (${rounds.join(', ') || 'none yet'})`, asked),
    'choose another round, or wait until this one trains; round 0 never does where its teacher was given',
  );
}

async function roundFacts({ read }: Site, desk: TrainingDesk, round: number, signal: AbortSignal): Promise<TrainedRound> {
  const recipe = await desk.recipeOf(round, signal);
  return read((db) => ({ ...recipe, stepsDone: lastStep(db, round, ['loss']), isOver: db.rounds.byIndex(round)?.student !== null }));
}

/** To who asks for the pixels of another training: they are gone, and never come back under this address. */
const otherPixels = (asked: string, there: string): Pick<ErrorFacts, 'code' | 'message' | 'hint'> => ({
  code: 'USAGE_OTHER_PIXELS',
  message: expectation('content', `the SHA-256 of the pixels that are there now (${there})`, asked),
  hint: 'ask for the sample again: its round was trained anew, and its answer has the address of its picture',
});

async function drawn(site: Site, desk: TrainingDesk, { req }: Context): Promise<DrawnPicture> {
  const { round = '', step = '', slot = '' } = req.param();
  return await desk.draw(trainedRound(trainedIn(site), round), placeAsked('step', step), placeAsked('slot', slot), req.raw.signal);
}

/** @throws SelfpasteError USAGE_NO_SAMPLE */
function placeAsked(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SelfpasteError('USAGE_NO_SAMPLE', expectation(name, 'a whole number from 0 on', text), `choose a ${name} that was trained on`);
}
