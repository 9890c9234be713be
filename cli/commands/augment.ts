import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Command } from 'commander';
import type { AugmentedInstance, DroppedInstance } from '../../augment/index.ts';
import { type RgbImage, type Rle, rle, SelfpasteError, toXywh } from '../../core/index.ts';
import { contactSheet, writePng } from '../../dataset/index.ts';
import { openDatabase } from '../../db/index.ts';
import {
  runFolder,
  type TrainingPicture,
  type TrainingPictures,
  trainingPicturesOfConfig,
  trainingPicturesOfRun,
} from '../../pipeline/index.ts';
import { findRun } from '../find-run.ts';
import { collect, readConfig, wholeNumber } from '../options.ts';
import { print, printable, printJson, table } from '../print.ts';
import { trainingTile } from '../training-tile.ts';

export function augmentCommand(): Command {
  return new Command('augment')
    .description('Training pictures: what Copy-Paste makes of the data, and what a run was trained on.')
    .addCommand(previewCommand())
    .addCommand(replayCommand());
}

interface PreviewOptions {
  readonly config?: string;
  readonly set: readonly string[];
  readonly round?: number;
  readonly step: number;
  readonly count: number;
  readonly columns: number;
  readonly tile: number;
  readonly out: string;
  readonly json: boolean;
}

function previewCommand(): Command {
  return new Command('preview')
    .description(
      'A contact sheet of training pictures with their masks; pasted objects have a plus before their name, and what is neither object nor background is hatched.',
    )
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .option('-c, --config <file>', 'a configuration instead of a run: what its round 0 would train on')
    .option('--set <key=value>', 'a setting of the configuration, with -c; may be repeated', collect, [])
    .option('--round <n>', 'round; the last one that trained by default', wholeNumber(0))
    .option('--step <n>', 'first step to show', wholeNumber(0), 0)
    .option('--count <n>', 'pictures', wholeNumber(1), 12)
    .option('--columns <n>', 'pictures in a row', wholeNumber(1), 4)
    .option('--tile <px>', 'side of a picture on the sheet', wholeNumber(16), 320)
    .option('--out <file>', 'PNG file of the sheet', 'preview.png')
    .option('--json', 'as JSON', false)
    .action(preview);
}

async function preview(run: string | undefined, options: PreviewOptions): Promise<void> {
  const { config, set, round, out, json } = options;
  if (config !== undefined && (run !== undefined || round !== undefined))
    throw usage('a run with its round, or a configuration', 'RUN, --round and -c together');
  if (config === undefined && set.length > 0) throw usage('-c FILE with --set', '--set alone');
  const pictures = config === undefined ? await picturesOfRun(run, round) : await trainingPicturesOfConfig(readConfig({ config, set }));
  const shown = await consecutive(pictures, options.step, options.count);
  const tiles: RgbImage[] = shown.map((picture) => trainingTile(picture, pictures.classNames));
  await writePng(out, await contactSheet(tiles, options.columns, options.tile));
  if (json) return printJson({ out, round: pictures.round, samples: shown.map((picture) => factsOf(picture, pictures.classNames)) });
  print(table(['step', 'slot', 'picture', 'scale', 'donor', 'scale', 'objects', 'pasted', 'dropped', 'ignored'], shown.map(previewRow)));
  print(`\n${out}: ${shown.length} training pictures of round ${pictures.round}`);
}

function usage(expected: string, got: string): SelfpasteError {
  return new SelfpasteError('USAGE_PREVIEW', `Expected ${expected}, got ${got}`, 'look at `selfpaste augment preview --help`');
}

/** Slot after slot, step after step; fewer where the round ends before. */
async function consecutive(pictures: TrainingPictures, firstStep: number, count: number): Promise<TrainingPicture[]> {
  const { steps, batchSize, at } = pictures;
  const shown: TrainingPicture[] = [await at(firstStep, 0)];
  for (let number = 1; number < Math.min(count, (steps - firstStep) * batchSize); number++) {
    shown.push(await at(firstStep + Math.floor(number / batchSize), number % batchSize));
  }
  return shown;
}

function previewRow({ plan, picture, files }: TrainingPicture): (string | number | null | undefined)[] {
  const { main, donor } = plan;
  const dropped = Object.entries(picture.dropped).flatMap(([reason, count]) => (count > 0 ? [`${count} ${reason}`] : []));
  return [
    plan.step,
    plan.slot,
    `${printable(basename(files.main))} (${main.stream})`,
    main.placement.scale,
    files.donor && printable(basename(files.donor)),
    donor?.placement.scale,
    picture.instances.length,
    picture.instances.filter(({ pasted }) => pasted).length,
    dropped.join(', '),
    picture.ignored.length,
  ];
}

interface ReplayOptions {
  readonly round: number;
  readonly step: number;
  readonly slot: number;
  readonly masks: boolean;
  readonly out: string;
  readonly json: boolean;
}

function replayCommand(): Command {
  return new Command('replay')
    .description('Draws a picture that a run was trained on again, byte for byte.')
    .argument('[run]', 'folder or name of the run; the newest below ./runs by default')
    .requiredOption('--round <n>', 'round', wholeNumber(0))
    .requiredOption('--step <n>', 'step, from 0', wholeNumber(0))
    .requiredOption('--slot <n>', 'place in the batch, from 0', wholeNumber(0))
    .option('--masks', 'draw the masks over it', false)
    .option('--out <file>', 'PNG file', 'replay.png')
    .option('--json', 'plan, labels and hash as JSON', false)
    .action(replay);
}

async function replay(run: string | undefined, { round, step, slot, masks, out, json }: ReplayOptions): Promise<void> {
  const pictures = await picturesOfRun(run, round);
  const sample = await pictures.at(step, slot);
  await writePng(out, masks ? trainingTile(sample, pictures.classNames) : sample.picture.image);
  const facts = factsOf(sample, pictures.classNames);
  if (json) return printJson({ out, ...facts });
  const { instances, droppedInstances } = sample.picture;
  print(
    table(
      ['class', 'label', 'box', 'pixels', 'from', 'dropped'],
      [...instances, ...droppedInstances].map((instance) => instanceRow(instance, pictures.classNames)),
    ),
  );
  const { length: ignored } = sample.picture.ignored;
  print(`\n${ignored} ignored region${ignored === 1 ? '' : 's'}: neither object nor background`);
  print(`${out}: round ${round}, step ${step}, slot ${slot}; sha256 of its RGB bytes ${facts.sha256}`);
}

function instanceRow(instance: AugmentedInstance | DroppedInstance, classNames: readonly string[]): (string | number)[] {
  const { classIndex, source, box, mask, pasted } = instance;
  const corners = [box.x1, box.y1, box.x2, box.y2].join(' ');
  const reason = 'reason' in instance ? instance.reason : '';
  return [classNames[classIndex], source.by, corners, rle.area(mask), pasted ? 'donor' : 'picture', reason];
}

/** A training picture as data: plan, files, labels as COCO has them, what was dropped, and the hash of the pixels (row-major RGB). */
function factsOf({ plan, picture, files }: TrainingPicture, classNames: readonly string[]) {
  const { image, instances, ignored, dropped, droppedInstances } = picture;
  return {
    sha256: createHash('sha256').update(image.data).digest('hex'),
    size: image.size,
    plan,
    files,
    dropped,
    instances: instances.map((instance) => instanceFacts(instance, classNames)),
    droppedInstances: droppedInstances.map((instance) => ({ reason: instance.reason, ...instanceFacts(instance, classNames) })),
    ignored: ignored.map(segmentationOf),
  };
}

const instanceFacts = ({ classIndex, source, pasted, box, mask }: AugmentedInstance | DroppedInstance, classNames: readonly string[]) => ({
  class: classNames[classIndex],
  source,
  pasted,
  bbox: Object.values(toXywh(box)),
  segmentation: segmentationOf(mask),
});

const segmentationOf = ({ size, counts }: Rle) => ({ size: [size.height, size.width], counts: rle.countsToString(counts) });

async function picturesOfRun(run: string | undefined, round: number | undefined): Promise<TrainingPictures> {
  const folder = findRun(run);
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    return await trainingPicturesOfRun(db, folder, round ?? null);
  } finally {
    db.close();
  }
}
