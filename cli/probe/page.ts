import type { ModelProbe, ProbedMetadata, ProbedTensor } from '../../teacher/index.ts';
import { bytes, printable, table } from '../print.ts';
import { classText } from './class-text.ts';
import type { ClassComparison } from './classes.ts';
import { contractText } from './contract-text.ts';
import { entry, plural } from './layout.ts';
import type { Trial, Trials } from './trials.ts';

/** All that a probe finds out. */
export interface ProbeReport {
  readonly model: ModelProbe;
  /** null where no contract is recognized. */
  readonly classes: ClassComparison | null;
  /** null without pictures, and for a model that a run would refuse. */
  readonly trials: Trials | null;
}

const MOST_OBJECTS = 20;
const LONGEST_VALUE = 70;

/** The report for people; what is left out of it for its length is in the JSON. */
export function probePage({ model, classes, trials }: ProbeReport): string {
  return [
    fileText(model),
    contractText(model.path, model.verdict),
    ...(classes === null ? [] : [classText(classes)]),
    ...(trials === null ? [] : [trialsText(trials, classes?.status === 'mapped')]),
  ].join('\n\n');
}

function fileText({ path, fileBytes, sha256, externalFiles, irVersion, producer, opsets, inputs, outputs, metadata }: ModelProbe): string {
  const versions = Object.entries(opsets).map(([domain, version]) => `opset ${domain || 'ai.onnx'} ${version}`);
  return [
    ...entry('model', [path, `${bytes(fileBytes)}, sha256 ${sha256}`]),
    ...entry(
      'weights',
      externalFiles.map(({ location, bytes: size }) => `${location}, ${bytes(size)}`),
    ),
    ...entry('made by', [`${producer || 'unknown'}, IR ${irVersion}, ${versions.join(', ')}`]),
    ...entry('inputs', inputs.map(tensorText)),
    ...entry('outputs', outputs.map(tensorText)),
    ...entry('metadata', metadata.map(metadataText)),
  ].join('\n');
}

const tensorText = ({ name, type, shape }: ProbedTensor): string => `${name} ${type} [${shape.map((length) => length ?? '?').join(', ')}]`;

function metadataText({ key, value, from }: ProbedMetadata): string {
  const shown = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  return `${key} = ${shown}${from === 'beside' ? '  (contract.json beside the model)' : ''}`;
}

function trialsText({ settings, notes, openMs, pictures, sheet }: Trials, mapped: boolean): string {
  const { floor, nmsIou, threads } = settings;
  const how = `scores from ${floor}, NMS at IoU ${nmsIou}, ${plural(threads, 'thread')}; loaded in ${Math.round(openMs)} ms`;
  return [
    ...entry('pictures', [how, ...notes]),
    ...pictures.map((trial) => `\n${trialText(trial, mapped)}`),
    ...(sheet === null ? [] : ['', ...entry('sheet', [sheet])]),
  ].join('\n');
}

function trialText({ path, size, detectMs, objects, drawing }: Trial, mapped: boolean): string {
  const headers = ['class', ...(mapped ? ['category'] : []), 'score', 'x1', 'y1', 'x2', 'y2', 'mask px²'];
  const rows = objects.slice(0, MOST_OBJECTS).map(({ class: name, category, score, box, areaPx2 }) => {
    const corners = [box.x1, box.y1, box.x2, box.y2].map(Math.round);
    return [name, ...(mapped ? [category ?? 'dropped'] : []), score, ...corners, areaPx2];
  });
  const seen = `${size.width}x${size.height}, ${plural(objects.length, 'object')} in ${Math.round(detectMs)} ms`;
  return [
    `${printable(path)}: ${seen}${drawing === null ? '' : ` -> ${printable(drawing)}`}`,
    ...(rows.length > 0 ? [table(headers, rows)] : []),
    ...(objects.length > rows.length ? [`and ${objects.length - rows.length} more`] : []),
  ].join('\n');
}
