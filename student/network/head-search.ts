import type { onnx } from '../../core/index.ts';
import { isBins, splitLengths } from '../nodes.ts';
import type { GraphBody } from './constants.ts';
import { OTHER_SOURCE, refusal, showNode } from './refusal.ts';
import { checkShapes } from './resized-graph.ts';
import type { Shape } from './shape.ts';
import { type Inference, wholeNumbers } from './shape-inference.ts';
import { axisOf, slicedAxes } from './shape-rules.ts';

/** Rows of `output0` by what they are, each with the convolutions that they come from, finest level first. */
export interface FoundHead {
  readonly box: readonly onnx.Node[];
  readonly classes: readonly onnx.Node[];
  readonly coefficients: readonly onnx.Node[];
}

/** Channels (axis 1) of a value; `to` is Infinity for all there are. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

const ALL: Rows = { from: 0, to: Number.POSITIVE_INFINITY };

/** Rows of `output0`: K and M. */
export interface HeadRows {
  readonly classes: number;
  readonly coefficients: number;
}

/**
 * Finds a YOLO-seg network's head by the graph's structure, whatever its names: follows the rows of the box, the classes and the coefficients
 * back through everything that joins, splits and decodes, to the last convolutions with weights.
 * Throws MODEL_NO_WARM_START where a part has no convolutions of its own on every level, and where boxes are not distributions.
 */
export function findHead(body: GraphBody, inference: Inference, detections: string, rows: HeadRows): FoundHead {
  const first = 4 + rows.classes;
  const total = first + rows.coefficients;
  const search = new HeadSearch(body, inference, detections, total);
  const box = search.trace({ from: 0, to: 4 });
  if (!box.operators.has('Softmax')) throw plainDistances();
  const head = {
    box: search.levels(box, null),
    classes: search.levels(search.trace({ from: 4, to: first }), rows.classes),
    coefficients: search.levels(search.trace({ from: first, to: total }), rows.coefficients),
  };
  const counts = [head.box.length, head.classes.length, head.coefficients.length];
  const distinct = new Set([...head.box, ...head.classes, ...head.coefficients]).size;
  if (distinct === 0 || distinct !== 3 * head.box.length || new Set(counts).size > 1) throw oddLevels(counts);
  return head;
}

/** What one part of the detections is made of. */
interface Trace {
  readonly convolutions: Map<onnx.Node, Rows>;
  /** Operators between them and the output. */
  readonly operators: Set<string>;
  readonly seen: Set<string>;
}

class HeadSearch {
  readonly #producers = new Map<string, onnx.Node>();
  readonly #tensors: ReadonlyMap<string, onnx.Tensor>;
  readonly #inference: Inference;
  readonly #detections: string;
  /** 4+K+M, which the graph alone does not always tell. */
  readonly #total: number;

  constructor({ nodes, initializers }: GraphBody, inference: Inference, detections: string, total: number) {
    for (const node of nodes) for (const output of node.outputs) this.#producers.set(output, node);
    this.#tensors = new Map(initializers.map((tensor) => [tensor.name, tensor]));
    this.#inference = inference;
    this.#detections = detections;
    this.#total = total;
  }

  /** What makes these rows of the detections. */
  trace(rows: Rows): Trace {
    const trace: Trace = { convolutions: new Map(), operators: new Set(), seen: new Set() };
    this.#follow(this.#detections, rows, trace);
    return trace;
  }

  /** A part's convolutions, finest level first: all channels of each belong to it. @param count of channels; null for a number that four divides */
  levels({ convolutions }: Trace, count: number | null): readonly onnx.Node[] {
    const values = [...convolutions.keys()].map(({ outputs }) => outputs[0] as string);
    // Where shapes are unknown the search goes astray, so that the node at fault is named first.
    checkShapes([...this.#producers.values()], this.#inference.shapes, values);
    for (const [node, { from, to }] of convolutions) {
      const channels = this.#tensors.get(node.inputs[1] as string)?.dims[0] ?? Number.NaN;
      const whole = from === 0 && to >= channels && (count === null ? channels % 4 === 0 : channels === count);
      if (!whole) throw mixedConvolution(node);
    }
    const width = (node: onnx.Node) => this.#shape(node.outputs[0] as string)?.at(-1)?.was ?? 0;
    return [...convolutions.keys()].sort((a, b) => width(b) - width(a));
  }

  #follow(value: string, rows: Rows, trace: Trace): void {
    const node = this.#producers.get(value);
    const key = `${value} ${rows.from} ${rows.to}`;
    if (node === undefined || trace.seen.has(key)) return;
    trace.seen.add(key);
    if (node.opType === 'Conv' && !this.#takesMean(node)) {
      const other = trace.convolutions.get(node) ?? rows;
      trace.convolutions.set(node, { from: Math.min(rows.from, other.from), to: Math.max(rows.to, other.to) });
      return;
    }
    trace.operators.add(node.opType);
    for (const [input, inputRows] of this.#sources(node, value, rows)) this.#follow(input, inputRows, trace);
  }

  /** The mean of a distribution is a convolution too. */
  #takesMean({ inputs }: onnx.Node): boolean {
    const weight = this.#tensors.get(inputs[1] as string);
    return weight !== undefined && isBins(weight);
  }

  #sources(node: onnx.Node, value: string, rows: Rows): readonly (readonly [string, Rows])[] {
    const [input] = node.inputs as [string];
    switch (node.opType) {
      case 'Concat':
        return this.#joined(node, value, rows);
      case 'Split':
        return [[input, this.#splitRows(node, value, rows)]];
      case 'Slice':
        return [[input, this.#slicedRows(node, rows)]];
      case 'Shape':
        return [];
      case 'Sigmoid':
      case 'Identity':
      case 'Cast':
        return [[input, rows]];
      case 'Add':
      case 'Sub':
      case 'Mul':
      case 'Div':
        return node.inputs.map((name) => [name, rows]);
      case 'Reshape':
      case 'Transpose':
        return [[input, this.#keepsRows(node, value) ? rows : ALL]];
      default:
        return node.inputs.map((name) => [name, ALL]);
    }
  }

  /** Of one input nothing need be known: it has the channels that the others leave. */
  #joined(node: onnx.Node, value: string, rows: Rows): readonly (readonly [string, Rows])[] {
    const rank = this.#shape(value)?.length ?? 3;
    if (rows === ALL || axisOf(node, { length: rank }, 1) !== 1) return node.inputs.map((name) => [name, rows]);
    const known = node.inputs.map((name) => this.#channels(name));
    const left = this.#channels(value) - known.filter(Number.isFinite).reduce((all, channels) => all + channels, 0);
    const channels = known.map((count) => (Number.isFinite(count) ? count : left));
    const sources: [string, Rows][] = [];
    let first = 0;
    for (const [index, name] of node.inputs.entries()) {
      const last = first + (channels[index] as number);
      if (rows.from < last && rows.to > first)
        sources.push([name, { from: Math.max(0, rows.from - first), to: Math.min(rows.to, last) - first }]);
      first = last;
    }
    return sources;
  }

  #splitRows(node: onnx.Node, value: string, rows: Rows): Rows {
    const [input, sizes] = node.inputs as [string, string | undefined];
    if (axisOf(node, this.#shape(input) ?? [], 0) !== 1) return rows;
    const lengths = splitLengths(node, this.#channels(input), this.#constants(sizes ?? ''));
    const index = node.outputs.indexOf(value);
    const first = lengths.slice(0, index).reduce((all, length) => all + length, 0);
    return { from: first + rows.from, to: first + Math.min(rows.to, lengths[index] as number) };
  }

  #slicedRows(node: onnx.Node, rows: Rows): Rows {
    const lengths = this.#shape(node.inputs[0] as string)?.map(({ was }) => was);
    const slices = lengths && slicedAxes(lengths, (index) => this.#constants(node.inputs[index] ?? ''));
    const slice = slices?.find(({ axis }) => axis === 1);
    if (slice === undefined) return rows;
    return { from: slice.from + rows.from, to: Math.min(slice.from + rows.to, slice.to) };
  }

  #keepsRows(node: onnx.Node, value: string): boolean {
    const perm = node.attributes.get('perm');
    if (perm?.kind === 'ints') return perm.value[1] === 1;
    return this.#channels(node.inputs[0] as string) === this.#channels(value);
  }

  /** Infinity where they are not known. */
  #channels(value: string): number {
    return value === this.#detections ? this.#total : (this.#shape(value)?.[1]?.was ?? Number.POSITIVE_INFINITY);
  }

  #shape(value: string): Shape | undefined {
    return this.#inference.shapes.get(value);
  }

  #constants(name: string): readonly number[] | null {
    return wholeNumbers(this.#inference.numbers, name);
  }
}

const plainDistances = () =>
  refusal('the box of output0', 'distributions of distances (a Softmax on the way)', 'plain distances', OTHER_SOURCE);

const oddLevels = (counts: readonly number[]) =>
  refusal('the head', 'one last convolution a level for each of box, classes and coefficients', counts.join(', '), OTHER_SOURCE);

const mixedConvolution = (node: onnx.Node) =>
  refusal('the head', 'last convolutions of their own for box, classes and coefficients', showNode(node), OTHER_SOURCE);
