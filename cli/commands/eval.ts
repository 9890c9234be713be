import { Command, InvalidArgumentError } from 'commander';
import { expectation, rle, SelfpasteError, type Size } from '../../core/index.ts';
import { type CocoResult, readCocoResults, readCocoTruths, writeFileAtomic } from '../../dataset/index.ts';
import type { Detection } from '../../eval/index.ts';
import { classTable, cocoReport, curvesText, lvisReport } from '../evaluation-report.ts';
import { lvisTruths } from '../lvis-truths.ts';
import { wholeNumber } from '../options.ts';
import { print, printJson } from '../print.ts';

interface EvalOptions {
  readonly gt: string;
  readonly dt: string;
  readonly lvis: boolean;
  readonly perClass: boolean;
  /** How often; true where no number was given. */
  readonly bootstrap?: number | true;
  readonly curves?: string;
  readonly json: boolean;
}

export function evalCommand(): Command {
  return new Command('eval')
    .description("COCO mask and box AP of detections against human labels: pycocotools' twelve numbers each.")
    .requiredOption('--gt <file>', 'COCO instance file with the truth')
    .requiredOption('--dt <file>', 'COCO results file, or an instance file with scores')
    .option('--lvis', "LVIS's thirteen numbers instead, by its federated rules; the truth is an LVIS file", false)
    .option('--bootstrap [n]', 'also a 95 % interval of every number, from n resamples of the images (1000 unless given)', wholeNumber(2))
    .option('--per-class', 'also a line for each class', false)
    .option('--curves <file>', 'also write precision over recall of each class, to a .csv or .json file', curvesFile)
    .option('--json', 'as JSON', false)
    .action(evaluateFiles);
}

function curvesFile(path: string): string {
  if (/\.(csv|json)$/.test(path)) return path;
  throw new InvalidArgumentError('Expected a file name that ends in .csv or .json.');
}

async function evaluateFiles({ gt, dt, lvis, bootstrap, perClass, curves, json }: EvalOptions): Promise<void> {
  const truths = await readCocoTruths(gt);
  const sizes = new Map(truths.images.map(({ cocoId, size }) => [cocoId, size]));
  const detections = groupByImage(await readCocoResults(dt, sizes), sizes, dt);
  const resamples = bootstrap === true ? 1000 : bootstrap;
  const report = lvis ? lvisReport(lvisTruths(truths, gt), detections, resamples) : cocoReport(truths, detections, resamples);
  if (curves !== undefined) await writeFileAtomic(curves, curvesText(report.curves(), curves.endsWith('.csv') ? 'csv' : 'json'));
  if (json) return printJson({ ...report.pair, intervals: report.intervals });
  print(report.text.trimEnd());
  if (!perClass) return;
  const names = new Map(truths.categories.map(({ id, name }) => [id, name]));
  print(`\nmasks\n${classTable(report.pair.mask, names)}`);
  print(`\nboxes\n${classTable(report.pair.box, names)}`);
}

/** As pycocotools' loadRes has it, results that state a box count in size bands by its area, and others by their masks'. */
function groupByImage(results: readonly CocoResult[], known: ReadonlyMap<number, Size>, file: string): Map<number, Detection[]> {
  const groups = new Map<number, Detection[]>();
  for (const { imageId, category, mask, box, boxStated, boxAreaPx2, score } of results) {
    if (!known.has(imageId))
      throw new SelfpasteError(
        'DATA_BAD_RESULTS',
        expectation(`image_id in ${file}`, 'an image of the truth', imageId),
        'evaluate against the file that the detections were made for',
      );
    const detection = { category, mask, box, boxAreaPx2, score, areaPx2: boxStated ? boxAreaPx2 : rle.area(mask) };
    const group = groups.get(imageId);
    if (group) group.push(detection);
    else groups.set(imageId, [detection]);
  }
  return groups;
}
