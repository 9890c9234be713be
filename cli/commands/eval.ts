import { Command } from 'commander';
import { boxArea, expectation, SelfpasteError } from '../../core/index.ts';
import { type CocoResult, readCocoResults, readCocoTruths } from '../../dataset/index.ts';
import { type EvaluationImage, reportText } from '../../eval/index.ts';
import { evaluateDetections } from '../../pipeline/index.ts';
import { print, printable, printJson, table } from '../print.ts';

interface EvalOptions {
  readonly gt: string;
  readonly dt: string;
  readonly perClass: boolean;
  readonly json: boolean;
}

export function evalCommand(): Command {
  return new Command('eval')
    .description("COCO mask and box AP of detections against human labels: pycocotools' twelve numbers each.")
    .requiredOption('--gt <file>', 'COCO instance file with the truth')
    .requiredOption('--dt <file>', 'COCO results file, or an instance file with scores')
    .option('--per-class', 'also a line for each class', false)
    .option('--json', 'as JSON', false)
    .action(evaluateFiles);
}

async function evaluateFiles({ gt, dt, perClass, json }: EvalOptions): Promise<void> {
  const { categories, images } = await readCocoTruths(gt);
  const detections = groupByImage(await readCocoResults(dt), new Set(images.map(({ cocoId }) => cocoId)), dt);
  const paired: EvaluationImage[] = images.map(({ cocoId, truths }) => ({ truths, detections: detections.get(cocoId) ?? [] }));
  const pair = await evaluateDetections(
    paired,
    categories.map(({ id }) => id),
  );
  if (json) return printJson(pair);
  print(reportText(pair).trimEnd());
  if (!perClass) return;
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const boxes = new Map(pair.box.perCategory.map((row) => [row.category, row]));
  const rows = pair.mask.perCategory.map(({ category, truths, ap, ap50 }) => [
    printable(names.get(category) ?? ''),
    truths,
    ap,
    ap50,
    boxes.get(category)?.ap,
  ]);
  print(`\n${table(['class', 'objects', 'mask AP', 'AP50', 'box AP'], rows)}`);
}

/** Results that state a box count in size bands by its area, as pycocotools' loadRes has it. */
function groupByImage(
  results: readonly CocoResult[],
  known: ReadonlySet<number>,
  file: string,
): Map<number, EvaluationImage['detections'][number][]> {
  const groups = new Map<number, EvaluationImage['detections'][number][]>();
  for (const { imageId, category, mask, box, boxStated, score } of results) {
    if (!known.has(imageId))
      throw new SelfpasteError(
        'DATA_BAD_RESULTS',
        expectation(`image_id in ${file}`, 'an image of the truth', imageId),
        'evaluate against the file that the detections were made for',
      );
    const detection = { category, mask, box, score, ...(boxStated ? { areaPx2: boxArea(box) } : {}) };
    const group = groups.get(imageId);
    if (group) group.push(detection);
    else groups.set(imageId, [detection]);
  }
  return groups;
}
