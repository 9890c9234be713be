import { Command } from 'commander';
import { type CategoryId, expectation, type ImageId, predictionId, rle, SelfpasteError } from '../../core/index.ts';
import { type CocoInstance, cocoDataset, decodeImage, drawOverlay, writeFileAtomic, writePng } from '../../dataset/index.ts';
import {
  keptLabels,
  type LabelCursor,
  type LabelFacts,
  type LabelFilter,
  type LabelLine,
  type LabelOrder,
  type LabelStats,
  labelStats,
  listLabels,
  openDatabase,
  type RunDatabase,
  showLabel,
} from '../../db/index.ts';
import { runFolder } from '../../pipeline/index.ts';
import { findRun } from '../find-run.ts';
import { numberBetween, wholeNumber } from '../options.ts';
import { print, printable, printJson, table } from '../print.ts';

export function labelsCommand(): Command {
  return new Command('labels')
    .description('The pseudo-label database of a run: what the teacher said, and what became of it.')
    .addCommand(statsCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(exportCommand());
}

/** Reads a run's database, also while the run goes on. */
async function withRun<Result>(run: string | undefined, work: (db: RunDatabase) => Result | Promise<Result>): Promise<Result> {
  const db = openDatabase(runFolder(findRun(run)).database, { mode: 'read' });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** The round that is asked for, or the last one with labels. */
function roundOf(db: RunDatabase, round: number | undefined): number {
  const labeled = db.rounds.all().filter(({ index }) => db.labeling.counts(index).done > 0);
  const found = round === undefined ? labeled.at(-1) : labeled.find(({ index }) => index === round);
  if (found !== undefined) return found.index;
  const known = labeled.map(({ index }) => index).join(', ') || 'none yet';
  throw new SelfpasteError(
    'USAGE_NO_ROUND',
    `Expected a round that has labels (${known}) for --round, got ${round ?? 'none'}`,
    'look at `selfpaste status`, and wait until a round has begun to label',
  );
}

interface RoundOption {
  readonly round?: number;
  readonly json: boolean;
}

function statsCommand(): Command {
  return new Command('stats')
    .description('Predictions, pseudo-labels and reasons by category.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, { round, json }: RoundOption) =>
      withRun(run, (db) => {
        const stats = labelStats(db, roundOf(db, round));
        if (json) printJson(stats);
        else print(statsText(stats));
      }),
    );
}

const HISTOGRAM = '▁▂▃▄▅▆▇█';

function statsText({ round, images, selection, categories }: LabelStats): string {
  const shown = categories.filter(({ predictions }) => predictions > 0);
  const reasons = [...new Set(shown.flatMap(({ dropped }) => Object.keys(dropped)))].sort();
  const rows = shown.map(({ name, predictions, meanScore, kept, dropped, histogram }) => [
    printable(name),
    predictions,
    kept,
    ...reasons.map((reason) => dropped[reason] ?? 0),
    meanScore,
    bars(histogram),
  ]);
  return [
    `round ${round}: ${images.done} pictures labeled, ${images.failed} failed, ${images.pending} pending; ${images.withoutPredictions} without predictions`,
    `${selection.kept} pseudo-labels kept on ${selection.withLabels} pictures, ${selection.dropped} predictions dropped; ${selection.withoutLabels} pictures without`,
    '',
    table(['category', 'predictions', 'kept', ...reasons, 'mean score', 'scores 0..1'], rows),
  ].join('\n');
}

function bars(histogram: readonly number[]): string {
  const most = Math.max(1, ...histogram);
  return histogram.map((count) => (count === 0 ? ' ' : (HISTOGRAM[Math.min(7, Math.floor((8 * count) / (most + 1)))] as string))).join('');
}

interface ListOptions extends RoundOption {
  readonly category?: string;
  readonly minScore?: number;
  readonly maxScore?: number;
  readonly status?: 'kept' | 'dropped';
  readonly image?: number;
  readonly order: LabelOrder;
  readonly limit: number;
  readonly after?: number;
}

function listCommand(): Command {
  return new Command('list')
    .description('Predictions of a round, filtered and sorted, page by page.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--category <name>', 'only this category')
    .option('--min-score <score>', 'lowest score', numberBetween(0, 1))
    .option('--max-score <score>', 'highest score', numberBetween(0, 1))
    .option('--status <status>', 'kept or dropped')
    .option('--image <id>', 'only this image, by its id in the run', wholeNumber(1))
    .option('--order <order>', 'score-desc, score-asc or image', 'score-desc')
    .option('--limit <n>', 'lines of a page', wholeNumber(1), 20)
    .option('--after <id>', 'the page after this line (its id)', wholeNumber(1))
    .option('--json', 'as JSON', false)
    .action((run: string | undefined, options: ListOptions) =>
      withRun(run, (db) => {
        const lines = listLabels(
          db,
          filterOf(db, options),
          choice('--order', options.order, ['score-desc', 'score-asc', 'image']),
          options.limit,
          cursorOf(db, options),
        );
        if (options.json) printJson(lines);
        else print(listText(lines, options.limit));
      }),
    );
}

function choice<Text extends string>(option: string, value: string, allowed: readonly Text[]): Text {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new SelfpasteError('USAGE_BAD_OPTION', expectation(option, `one of ${allowed.join(', ')}`, value), 'choose one of them');
  return found;
}

function filterOf(db: RunDatabase, { round, category, minScore, maxScore, status, image }: ListOptions): LabelFilter {
  return {
    round: roundOf(db, round),
    ...(category === undefined ? {} : { category: categoryNamed(db, category) }),
    ...(minScore === undefined ? {} : { minScore }),
    ...(maxScore === undefined ? {} : { maxScore }),
    ...(status === undefined ? {} : { status: choice('--status', status, ['kept', 'dropped']) }),
    ...(image === undefined ? {} : { image: image as ImageId }),
  };
}

function categoryNamed(db: RunDatabase, name: string): CategoryId {
  const categories = db.categories.all();
  const found = categories.find((category) => category.name === name);
  if (found !== undefined) return found.id;
  throw new SelfpasteError(
    'USAGE_NO_CATEGORY',
    expectation(
      '--category',
      `a category of the run (${categories
        .slice(0, 10)
        .map((category) => category.name)
        .join(', ')})`,
      name,
    ),
    'write the name as the data set has it',
  );
}

function cursorOf(db: RunDatabase, { after }: ListOptions): LabelCursor | undefined {
  if (after === undefined) return undefined;
  const { prediction, image } = showLabel(db, predictionId(after));
  return { id: prediction.id, image: image.id, score: prediction.score };
}

function listText(lines: readonly LabelLine[], limit: number): string {
  if (lines.length === 0) return 'no predictions match';
  const rows = lines.map(({ id, fileName, categoryName, score, areaPx2, selection, verdict }) => [
    id,
    score,
    printable(categoryName),
    areaPx2,
    selection.status,
    selection.status === 'open' ? '' : selection.reason,
    verdict ?? '',
    printable(fileName),
  ]);
  const more = lines.length === limit ? `\nnext page: --after ${lines.at(-1)?.id}` : '';
  return `${table(['id', 'score', 'category', 'area px²', 'status', 'reason', 'verdict', 'picture'], rows)}${more}`;
}

function showCommand(): Command {
  return new Command('show')
    .description('Everything known about one prediction.')
    .argument('<id>', 'id of the prediction (see labels list)', wholeNumber(1))
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('--png <file>', 'draw it on its picture')
    .option('--json', 'as JSON', false)
    .action((id: number, run: string | undefined, { png, json }: { png?: string; json: boolean }) =>
      withRun(run, async (db) => {
        const facts = showLabel(db, predictionId(id));
        if (png !== undefined) await drawLabel(facts, png);
        if (json)
          printJson({
            ...facts,
            prediction: {
              ...facts.prediction,
              mask: { size: facts.prediction.mask.size, counts: rle.countsToString(facts.prediction.mask.counts) },
            },
          });
        else print(`${showText(facts)}${png === undefined ? '' : `\ndrawn       ${png}`}`);
      }),
    );
}

function showText({ prediction, categoryName, image, model, selection, verdicts, lineage }: LabelFacts): string {
  const { x1, y1, x2, y2 } = prediction.box;
  return [
    `prediction  ${prediction.id}: ${printable(categoryName)}, score ${prediction.score.toFixed(4)}`,
    `picture     ${image.id}: ${printable(image.fileName)} (${image.size.width}x${image.size.height})`,
    `box         ${[x1, y1, x2, y2].map((side) => side.toFixed(1)).join(', ')} px; mask ${rle.area(prediction.mask)} px²`,
    `model       ${model.id}: ${model.role} of round ${model.round}, ${model.path}`,
    `selection   ${selection.status === 'open' ? 'not decided yet' : `${selection.status}: ${selection.reason}${selection.status === 'kept' ? `, weight ${selection.weight}` : ''}`}`,
    ...verdicts.map(
      ({ verdict, who, why, atMs }) =>
        `verdict     ${verdict} by ${printable(who)} on ${new Date(atMs).toISOString()}: ${printable(why ?? '')}`,
    ),
    ...lineage.map(
      (step) =>
        `before      round ${step.round}: prediction ${step.prediction}, score ${step.score.toFixed(4)}, ${step.status} (${step.reason})`,
    ),
  ].join('\n');
}

async function drawLabel({ prediction, categoryName, image }: LabelFacts, file: string): Promise<void> {
  const object = { mask: prediction.mask, box: prediction.box, label: `${categoryName} ${prediction.score.toFixed(2)}`, colorIndex: 0 };
  await writePng(file, drawOverlay(await decodeImage(image.path), [object]));
}

function exportCommand(): Command {
  return new Command('export')
    .description("A round's pseudo-labels as a COCO instance file, with scores.")
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .requiredOption('--out <file>', 'file to write')
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--json', 'facts as JSON', false)
    .action((run: string | undefined, { out, round, json }: RoundOption & { out: string }) =>
      withRun(run, async (db) => {
        const facts = await exportLabels(db, roundOf(db, round), out);
        if (json) printJson(facts);
        else print(`${facts.labels} pseudo-labels of round ${facts.round} on ${facts.pictures} pictures -> ${out}`);
      }),
    );
}

async function exportLabels(
  db: RunDatabase,
  round: number,
  out: string,
): Promise<{ round: number; pictures: number; labels: number; out: string }> {
  const images: { id: number; fileName: string; size: { width: number; height: number } }[] = [];
  const instances: CocoInstance[] = [];
  for (const { image, labels } of keptLabels(db, round)) {
    images.push({ id: image.id, fileName: image.fileName, size: image.size });
    instances.push(...labels.map(({ category, mask, box, score }) => ({ imageId: image.id, category, mask, box, score })));
  }
  await writeFileAtomic(out, JSON.stringify(cocoDataset(images, db.categories.all(), instances)));
  return { round, pictures: images.length, labels: instances.length, out };
}
