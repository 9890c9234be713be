import { Command, InvalidArgumentError } from 'commander';
import { type PredictionId, type Rle, rle, showSize, type VerdictId } from '../../../core/index.ts';
import { decodeImage, drawOverlay, type OverlayObject, writePng } from '../../../dataset/index.ts';
import {
  type ImageRow,
  type LabelFacts,
  type LineageStep,
  type PastVerdict,
  type RunDatabase,
  showLabel,
  standingDrawing,
} from '../../../db/index.ts';
import { correctionOf, type LabelRef, namedLabel } from '../../../pipeline/index.ts';
import { print, printable } from '../../print.ts';
import { classNames } from './class-names.ts';
import { RUN_HELP, withRun } from './open-run.ts';

export function showCommand(): Command {
  return new Command('show')
    .description('Everything known about one label.')
    .argument('<id>', 'id of a prediction (see labels list), or d and the number of a label that a person drew', parseLabel)
    .argument('[run]', RUN_HELP)
    .option('--png <file>', 'draw it on its picture')
    .option('--json', 'as JSON', false)
    .action((label: LabelRef, run: string | undefined, { png, json }: { png?: string; json: boolean }) =>
      withRun(run, 'read', async (db) => {
        const { facts, lines, picture } = label.of === 'drawn' ? drawingPage(db, label.drawn) : predictionPage(db, label.prediction);
        if (png !== undefined) await writePng(png, drawOverlay(await decodeImage(picture.path), picture.objects));
        // Masks as COCO has them: an array of counts would be an object with a number for each.
        if (json) print(JSON.stringify(facts, (_, value) => (isRle(value) ? cocoRle(value) : value), 2));
        else print([...lines, ...(png === undefined ? [] : [row('drawn', png)])].join('\n'));
      }),
    );
}

function parseLabel(text: string): LabelRef {
  const label = namedLabel(text);
  if (label === undefined) throw new InvalidArgumentError('Expected a whole number of at least 1, or d and a whole number.');
  return label;
}

/** What is known of a label: as data, as lines of text, and as a picture. */
interface LabelPage {
  readonly facts: object;
  readonly lines: readonly string[];
  readonly picture: { readonly path: string; readonly objects: readonly OverlayObject[] };
}

function predictionPage(db: RunDatabase, id: PredictionId): LabelPage {
  const facts = showLabel(db, id);
  const names = classNames(db);
  const { prediction, categoryName, image } = facts;
  const said = { mask: prediction.mask, box: prediction.box, label: `${categoryName} ${prediction.score.toFixed(2)}`, colorIndex: 0 };
  const correction = correctionOf(facts);
  const corrected = correction === null ? [] : [{ ...correction, label: `corrected: ${names(correction.category)}`, colorIndex: 2 }];
  return { facts, lines: factLines(facts, names), picture: { path: image.path, objects: [said, ...corrected] } };
}

function drawingPage(db: RunDatabase, drawn: VerdictId): LabelPage {
  const { image, verdict } = standingDrawing(db, drawn);
  const name = classNames(db)(verdict.correction.category);
  const { who, why, atMs, correction } = verdict;
  const lines = [
    row('drawn', `d${drawn}: ${name}, ${rle.area(correction.mask)} px²`),
    row('picture', pictureText(image)),
    row('verdict', `${verdict.verdict} by ${printable(who)} on ${timeText(atMs)}${why === '' ? '' : `: ${printable(why)}`}`),
  ];
  return { facts: { image, verdict }, lines, picture: { path: image.path, objects: [{ ...correction, label: name, colorIndex: 2 }] } };
}

const pictureText = ({ id, fileName, size }: ImageRow): string => `i${id}: ${printable(fileName)} (${showSize(size)})`;

type Names = ReturnType<typeof classNames>;

const isRle = (value: unknown): value is Rle =>
  typeof value === 'object' && value !== null && 'counts' in value && value.counts instanceof Uint32Array;
const cocoRle = ({ size, counts }: Rle) => ({ size, counts: rle.countsToString(counts) });

const row = (head: string, text: string): string => `${head.padEnd(12)}${text}`;

function factLines(facts: LabelFacts, names: Names): string[] {
  const { prediction, categoryName, image, model, changes, suspicions, history, donations, lineage, later } = facts;
  const { x1, y1, x2, y2 } = prediction.box;
  return [
    row('prediction', `${prediction.id} of round ${prediction.round}: ${printable(categoryName)}, score ${prediction.score.toFixed(4)}`),
    row('mask', `${prediction.areaPx2} px², box ${[x1, y1, x2, y2].map((side) => side.toFixed(1)).join(', ')} px; ${qualityText(facts)}`),
    row('picture', pictureText(image)),
    row('model', `${model.id}: ${model.role} of round ${model.round}, ${printable(model.path)}`),
    row('selection', selectionText(facts)),
    ...changes.map(({ round, kind, iou, previous }) =>
      row('change', `round ${round}: ${kind}${previous === null ? '' : `, prediction ${previous} before, mask IoU ${iou.toFixed(2)}`}`),
    ),
    ...suspicions.map(({ kind, strength, other }) =>
      row('suspicion', `${kind}, strength ${strength.toFixed(2)}${other === null ? '' : `, with prediction ${other}`}`),
    ),
    ...history.map((verdict) => row('verdict', verdictText(verdict, names))),
    ...imageVerdictLines(facts),
    ...donations.map(({ fromRound, untilRound }) =>
      row('donor', `from round ${fromRound}${untilRound === null ? ' on' : ` to ${untilRound}`}`),
    ),
    ...lineage.map((step) => row('before', stepText(step, names))),
    ...later.map((step) => row('after', stepText(step, names))),
  ];
}

function qualityText({ prediction: { quality } }: LabelFacts): string {
  if (quality === undefined) return 'quality not measured';
  const { probability, stability, flipAgreement } = quality;
  const flip = flipAgreement === null ? '' : `, flip agreement ${flipAgreement.toFixed(2)}`;
  return `mean probability ${probability.toFixed(2)}, stability ${stability.toFixed(2)}${flip}`;
}

function selectionText({ selection }: LabelFacts): string {
  if (selection.status === 'open') return 'not decided yet';
  return `${selection.status}: ${selection.reason}${selection.status === 'kept' ? `, weight ${selection.weight.toFixed(2)}` : ''}`;
}

function verdictText({ verdict, category, action, who, why, atMs, fate }: PastVerdict, names: Names): string {
  const what = category === null ? verdict : `${verdict} to ${names(category)}`;
  const since = fate.now === 'undone' ? `undone by ${printable(fate.by)} on ${timeText(fate.atMs)}` : fate.now;
  return `${what} by ${printable(who)} on ${timeText(atMs)}${why === '' ? '' : `: ${printable(why)}`} (action ${action}, ${since})`;
}

/** What was said of the whole picture. */
const imageVerdictLines = ({ verdicts }: LabelFacts): string[] =>
  verdicts.flatMap((verdict) =>
    verdict.of === 'image'
      ? [
          row(
            'verdict',
            `its whole picture ${verdict.verdict} by ${printable(verdict.who)} on ${timeText(verdict.atMs)}: ${printable(verdict.why)}`,
          ),
        ]
      : [],
  );

const stepText = ({ round, prediction, category, score, status, reason }: LineageStep, names: Names): string =>
  `round ${round}: prediction ${prediction}, ${names(category)}, score ${score.toFixed(4)}, ${status} (${reason})`;

const timeText = (atMs: number): string => new Date(atMs).toISOString();
