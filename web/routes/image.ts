import { type Context, Hono } from 'hono';
import { expectation, type PredictionId, SelfpasteError } from '../../core/index.ts';
import { type ImageRow, type RunDatabase, showLabel } from '../../db/index.ts';
import { type LabelRef, labelName, namedLabel, presentPolicy, previewImage, runConfigOf } from '../../pipeline/index.ts';
import type { Answers } from '../contract/addresses.ts';
import type { LabelHistory, PreviewAnswer } from '../contract/image.ts';
import type { Site } from '../site.ts';
import { imageAsked } from './asked-image.ts';
import { neighboursOf } from './label-neighbours.ts';
import { labeledRound, labeledRounds } from './labeled-rounds.ts';
import { pictureFacts, type RoundShown } from './picture-facts.ts';

/** What the picture view shows. */
export function imageRoutes(site: Site): Hono {
  const routes = new Hono();
  routes.get('/api/images/:id', (context) =>
    context.json<Answers[`/api/images/${number}`]>(
      site.read((db) => {
        const image = imageAsked(db, context.req.param('id'));
        return pictureFacts(db, configOf(db, site), image, roundShown(db, image, context));
      }),
    ),
  );
  routes.get('/api/images/:id/preview', (context) =>
    context.json<Answers[`/api/images/${number}/preview`]>(
      site.read((db) => preview(db, site, imageAsked(db, context.req.param('id')), context)),
    ),
  );
  routes.get('/api/labels/neighbours', (context) =>
    context.json<Answers['/api/labels/neighbours']>(
      site.read((db) => neighboursOf(db, labelAsked(context.req.query('id') ?? ''), context.req.query())),
    ),
  );
  routes.get('/api/labels/:id/history', (context) =>
    context.json<Answers[`/api/labels/${string}/history`]>(site.read((db) => history(db, labelAsked(context.req.param('id'))))),
  );
  return routes;
}

const configOf = (db: RunDatabase, { folder }: Site) => runConfigOf(db, folder.path);

/** @throws SelfpasteError USAGE_NO_LABEL */
function labelAsked(text: string): LabelRef {
  const label = namedLabel(text);
  if (label !== undefined) return label;
  throw noLabel('the name of a label, as p12 or d3', text);
}

const noLabel = (expected: string, got: string): SelfpasteError =>
  new SelfpasteError('USAGE_NO_LABEL', expectation('label', expected, got), 'go back to the labels, and open one from there');

/** That of the label that is looked at, that which is asked for, or the last one that said anything of the picture. */
function roundShown(db: RunDatabase, image: ImageRow, { req }: Context): RoundShown {
  const rounds = labeledRounds(db);
  const label = namedLabel(req.query('label') ?? '');
  if (label?.of === 'prediction') return { shown: showLabel(db, label.prediction).prediction.round, rounds };
  const asked = req.query('round');
  if (asked !== undefined) return { shown: labeledRound(db, asked), rounds };
  const shown = rounds.findLast((round) => db.labeling.predictions(round, image).length > 0) ?? rounds.at(-1) ?? null;
  return { shown, rounds };
}

function preview(db: RunDatabase, site: Site, image: ImageRow, { req }: Context): PreviewAnswer {
  const round = labeledRound(db, req.query('round'));
  const threshold = thresholdAsked(req.query('threshold') ?? '');
  const teacher = db.rounds.byIndex(round)?.teacher;
  const present = presentPolicy(db, round, configOf(db, site), teacher as NonNullable<typeof teacher>);
  const decisions = previewImage(db, round, image, { ...present, score: threshold, scoreByCategory: {} });
  const named = decisions.map(({ prediction, status, reason }) => [nameOf(prediction), { status, reason }]);
  return { threshold, decisions: Object.fromEntries(named) };
}

/** @throws SelfpasteError USAGE_THRESHOLD */
function thresholdAsked(text: string): number {
  const threshold = text === '' ? Number.NaN : Number(text);
  if (threshold >= 0 && threshold <= 1) return threshold;
  throw new SelfpasteError('USAGE_THRESHOLD', expectation('threshold', 'a number of 0 to 1', text), 'move the slider');
}

/** @throws SelfpasteError USAGE_NO_PREDICTION, USAGE_NO_LABEL for a drawing, of which there is no more than its picture says */
function history(db: RunDatabase, label: LabelRef): LabelHistory {
  if (label.of === 'drawn') throw noLabel('the name of a prediction, as p12', labelName(label));
  const { prediction, model, changes, suspicions, history: verdicts, donations, lineage, later } = showLabel(db, label.prediction);
  return {
    name: nameOf(prediction.id),
    round: prediction.round,
    model: { role: model.role, round: model.round },
    changes,
    suspicions,
    verdicts,
    donations,
    line: [...lineage, ...later].sort((a, b) => a.round - b.round),
  };
}

const nameOf = (prediction: PredictionId): string => labelName({ of: 'prediction', prediction });
