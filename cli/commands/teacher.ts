import { basename, join } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { ExitCode } from '../../core/index.ts';
import { decodeImage, drawOverlay, writePng } from '../../dataset/index.ts';
import { type ModelProbe, probeModel, showTensor } from '../../teacher/index.ts';
import { bytes, print, printable, printJson } from '../print.ts';

interface ProbeOptions {
  readonly draw?: string;
  readonly json: boolean;
}

export function teacherCommand(): Command {
  return new Command('teacher')
    .description('Look at a teacher model.')
    .addCommand(
      new Command('probe')
        .description('Say which contract a model follows and why, and what it sees in pictures.')
        .argument('<model>', 'ONNX model')
        .argument('[images...]', 'pictures to try it on')
        .option('--draw <folder>', 'write the pictures with what it sees')
        .option('--json', 'as JSON', false)
        .action(probe),
    );
}

async function probe(model: string, images: readonly string[], { draw, json }: ProbeOptions): Promise<void> {
  const pictures = await Promise.all(images.map(async (path) => ({ path, image: await decodeImage(path) })));
  const facts = await probeModel(model, pictures[0]?.image);
  const trials = [facts, ...(await probeRest(model, pictures.slice(1)))];
  if (!facts.verdict.known) process.exitCode = ExitCode.usage;
  if (draw !== undefined && facts.verdict.known) await drawTrials(draw, pictures, trials, facts.verdict.contract.classNames);
  if (json)
    return printJson({
      ...facts,
      trial: undefined,
      trials: pictures.map(({ path }, index) => ({ path, ...trialFacts(trials[index] as ModelProbe) })),
    });
  print(probeText(facts));
  for (const [index, { path }] of pictures.entries()) print(trialText(path, trials[index] as ModelProbe));
}

async function probeRest(model: string, pictures: readonly { image: Parameters<typeof probeModel>[1] }[]): Promise<ModelProbe[]> {
  const trials: ModelProbe[] = [];
  for (const { image } of pictures) trials.push(await probeModel(model, image));
  return trials;
}

function trialFacts({ trial }: ModelProbe): {
  detections: readonly { classIndex: number; score: number; box: unknown }[];
  detectMs: number | null;
} {
  if (!trial.run) return { detections: [], detectMs: null };
  return { detectMs: trial.detectMs, detections: trial.detections.map(({ classIndex, score, box }) => ({ classIndex, score, box })) };
}

function probeText({ path, fileBytes, sha256, producer, opsets, inputs, outputs, verdict }: ModelProbe): string {
  const head = [
    `${path} (${bytes(fileBytes)}, sha256 ${sha256.slice(0, 16)}…)`,
    `made by   ${printable(producer) || 'unknown'}, ${Object.entries(opsets)
      .map(([domain, version]) => `opset ${domain || 'ai.onnx'} ${version}`)
      .join(', ')}`,
    `inputs    ${inputs.map(showTensor).join('; ')}`,
    `outputs   ${outputs.map(showTensor).join('; ')}`,
  ];
  if (!verdict.known)
    return [...head, `contract  unknown: ${printable(verdict.message)}`, `          ${printable(verdict.hint)}`].join('\n');
  const { contract, reasons, assumptions } = verdict;
  const names = contract.classNames.map(printable);
  return [
    ...head,
    `contract  ${contract.kind}`,
    ...reasons.map((reason) => `  because ${printable(reason)}`),
    ...assumptions.map((assumption) => `  assumed ${printable(assumption)}`),
    `classes   ${names.length}: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}`,
  ].join('\n');
}

function trialText(path: string, { trial, verdict }: ModelProbe): string {
  if (!trial.run || !verdict.known) return '';
  const { classNames } = verdict.contract;
  const seen = trial.detections.map(({ classIndex, score }) => `${printable(classNames[classIndex] ?? '')} ${score.toFixed(2)}`);
  return `${printable(path)}: ${seen.length} objects in ${Math.round(trial.detectMs)} ms${seen.length > 0 ? `: ${seen.slice(0, 12).join(', ')}${seen.length > 12 ? ', …' : ''}` : ''}`;
}

async function drawTrials(
  folder: string,
  pictures: readonly { path: string; image: Awaited<ReturnType<typeof decodeImage>> }[],
  trials: readonly ModelProbe[],
  classNames: readonly string[],
): Promise<void> {
  for (const [index, { path, image }] of pictures.entries()) {
    const { trial } = trials[index] as ModelProbe;
    if (!trial.run) continue;
    const objects = trial.detections.map(({ classIndex, score, box, mask }) => ({
      box,
      mask,
      label: `${classNames[classIndex]} ${score.toFixed(2)}`,
      colorIndex: classIndex,
    }));
    await writePng(join(folder, `${index + 1}-${basename(path)}.png`), drawOverlay(image, objects));
  }
}
