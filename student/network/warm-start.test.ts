import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-node';
import { onnx, SelfpasteError, stream } from '../../core/index.ts';
import { type FreshStudent, readSpec } from '../spec.ts';
import { buildStudent, CLASS_PRIOR_LOGIT } from './architecture.ts';
import { type WarmStartSource, warmStart } from './warm-start.ts';
import { yoloSource } from './yolo-sources.ts';

/** Largest difference of an output's values below the box rows, relative to its largest value. */
const SAME = 1e-5;
const NAMES = ['cat', "it's", 'dog'];
const SIZE = 64;

for (const tail of ['joined', 'separate', 'open'] as const) {
  test(`${tail}: with the source's classes the student answers what the source's network says, at its size and at another`, async () => {
    for (const inputSize of [SIZE, 128]) {
      const { model } = warmStart(named(yoloSource({ tail, inputSize: SIZE })), { classNames: NAMES, inputSize }, 1);
      const pixels = pixelsOf(inputSize, 1);
      const wanted = await run(yoloSource({ tail: 'open', inputSize }), inputSize, pixels);
      const given = await run(model, inputSize, pixels);
      assertSame(given.output1 as Answer, wanted.output1 as Answer);
      assertSame(rowsFrom(given.output0 as Answer, 4), rowsFrom(wanted.output0 as Answer, 4));
      assertSame(boxesInStrides(given.output0 as Answer, inputSize), rowsOf(wanted.output0 as Answer, 0, 4));
    }
  });
}

test('two pictures at once get what each gets alone', async () => {
  const { model } = warmStart(named(yoloSource({ tail: 'joined', inputSize: SIZE })), { classNames: ['a'], inputSize: 96 }, 1);
  const pixels = pixelsOf(96, 2);
  const both = await run(model, 96, pixels);
  assert.deepEqual(
    [both.output0?.dims, both.output1?.dims],
    [
      [2, 11, 189],
      [2, 6, 24, 24],
    ],
  );
  const second = await run(model, 96, pixels.subarray(pixels.length / 2));
  for (const name of ['output0', 'output1']) {
    const { data, dims } = both[name] as Answer;
    assertSame({ data: data.subarray(data.length / 2), dims: [1, ...dims.slice(1)] }, second[name] as Answer);
  }
});

test('rows of known classes are kept bit for bit, others begin at the prior; nothing else changes', () => {
  const source = yoloSource({ tail: 'joined', inputSize: SIZE });
  const { model, keptClasses } = warmStart(named(source), { classNames: ['new', ' DOG', 'Cat'], inputSize: SIZE }, 1);
  assert.deepEqual(keptClasses, [' DOG', 'Cat']);
  for (const level of [0, 1, 2]) {
    const [old, fresh] = [valuesOf(source, `classes${level}.weight`), valuesOf(model, `classes${level}.weight`)];
    assert.deepEqual(fresh.slice(8, 16), old.slice(16, 24));
    assert.deepEqual(fresh.slice(16, 24), old.slice(0, 8));
    const bias = valuesOf(model, `classes${level}.bias`);
    assert.deepEqual([...bias], [CLASS_PRIOR_LOGIT, -1 + 0.2 * 2, -1].map(Math.fround));
  }
  const changed = source.graph.initializers
    .filter(({ dims, name }) => dims.length > 0 && !/^(classes|dfl|all|mc|one|two)/.test(name) && !name.endsWith('.shape'))
    .filter(({ name }) => !Buffer.from(valuesOf(source, name).buffer).equals(Buffer.from(valuesOf(model, name).buffer)));
  assert.deepEqual(changed, []);
});

test('rows without a name are dropped, and a source whose classes nobody names keeps none', () => {
  const kept = (classNames: WarmStartSource['classNames']) =>
    warmStart(named(yoloSource({ tail: 'joined', inputSize: SIZE }), classNames), { classNames: ['cat', 'dog'], inputSize: SIZE }, 1)
      .keptClasses;
  assert.deepEqual(kept([null, null, 'cat']), ['cat']);
  assert.deepEqual(kept([]), []);
});

test('names that are not one a class row are refused', () => {
  const source = named(yoloSource({ tail: 'joined', inputSize: SIZE }), ['cat', 'dog']);
  assert.throws(() => warmStart(source, { classNames: ['cat'], inputSize: SIZE }, 1), {
    code: 'MODEL_NO_WARM_START',
    message: "Expected 3 names for the source's class rows, got 2 (number)",
    hint: 'name every class in a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  });
});

test('the same seed gives the same bytes, another one other rows for new classes', () => {
  const bytes = (seed: number, classNames: readonly string[]) =>
    Buffer.from(
      onnx.encodeModel(warmStart(named(yoloSource({ tail: 'open', inputSize: SIZE })), { classNames, inputSize: SIZE }, seed).model),
    );
  assert.ok(bytes(1, ['a', 'cat']).equals(bytes(1, ['a', 'cat'])));
  assert.ok(!bytes(1, ['a', 'cat']).equals(bytes(2, ['a', 'cat'])));
  assert.ok(bytes(1, ['cat', 'dog']).equals(bytes(2, ['cat', 'dog'])));
});

test('the file says what it is, where it comes from, and under which license', () => {
  const metadata = { license: 'AGPL-3.0', author: 'somebody', description: 'a pretrained net', date: 'yesterday' };
  const source = yoloSource({ tail: 'joined', inputSize: SIZE, metadata });
  const model = onnx.decodeModel(onnx.encodeModel(warmStart(named(source), { classNames: ['a', "b's"], inputSize: 96 }, 1).model));
  const said = (keys: readonly string[]) => keys.map((key) => model.metadata.get(key));
  assert.deepEqual(said(['license', 'author', 'description', 'date']), ['AGPL-3.0', 'somebody', 'a pretrained net', undefined]);
  assert.deepEqual(said(['names', 'imgsz', 'stride', 'task']), ["{0: 'a', 1: 'b\\'s'}", '[96, 96]', '32', 'segment']);
  const { head, ...spec } = readSpec(model);
  assert.deepEqual(spec, {
    classNames: ['a', "b's"],
    inputSize: 96,
    strides: { levels: [8, 16, 32], prototype: 4 },
    prototypes: 6,
    bins: 4,
    origin: { kind: 'warm-start', from: 'a pretrained net' },
  });
  assert.deepEqual(head.levels[1], { classes: 'classes1', box: 'box1', coefficients: 'coefficients1' });
});

test('a student of selfpaste, fresh or warm-started, starts another one', async () => {
  const plan: FreshStudent = {
    classNames: NAMES,
    inputSize: SIZE,
    strides: { levels: [4, 8, 16], prototype: 2 },
    prototypes: 8,
    size: 'n',
  };
  const warm = warmStart(named(yoloSource({ tail: 'joined', inputSize: 96 })), { classNames: NAMES, inputSize: SIZE }, 1).model;
  for (const source of [buildStudent(plan, 3), warm]) {
    const { model, keptClasses } = warmStart(named(source), { classNames: NAMES, inputSize: SIZE }, 1);
    assert.deepEqual(keptClasses, NAMES);
    assert.deepEqual(readSpec(model).head, readSpec(source).head);
    const [given, wanted] = [await run(model, SIZE, pixelsOf(SIZE, 1)), await run(source, SIZE, pixelsOf(SIZE, 1))];
    for (const name of ['output0', 'output1']) assertSame(given[name] as Answer, wanted[name] as Answer);
  }
});

test('a weight that an export shares by an Identity node stays one weight', () => {
  const source = yoloSource({ tail: 'joined', inputSize: SIZE });
  const identity: onnx.Node = { name: '', opType: 'Identity', domain: '', inputs: ['p8.bias'], outputs: ['alias'], attributes: new Map() };
  const nodes = source.graph.nodes.map((node) =>
    node.name === 'p16.conv' ? { ...node, inputs: [...node.inputs.slice(0, 2), 'alias'] } : node,
  );
  const { model } = warmStart(
    named({ ...source, graph: { ...source.graph, nodes: [identity, ...nodes] } }),
    { classNames: ['a'], inputSize: SIZE },
    1,
  );
  assert.equal(model.graph.nodes.find(({ name }) => name === 'p16.conv')?.inputs[2], 'p8.bias');
  assert.ok(!model.graph.initializers.some(({ name }) => name === 'p16.bias'));
});

const OTHER = 'start from a YOLOv8-seg or YOLO11-seg export, or set student.init to random';

/** What a source is changed to, and what is said of it. */
const refusals: Readonly<Record<string, { source: (source: onnx.Model) => onnx.Model; message: string; hint: string }>> = {
  'a detection model': {
    source: (source) => withOutputs(source, source.graph.outputs.slice(0, 1)),
    message: 'Expected detections and the prototypes of masks for the outputs, got "output0 [1, 13, 84]" (string)',
    hint: 'start from the -seg model of the same family',
  },
  'outputs of another family': {
    source: (source) => withOutputs(source, [...source.graph.outputs, { name: 'labels', dataType: 7, shape: [1, 100, 4] }]),
    message:
      'Expected detections [B, 4+K+M, A] and prototypes [B, M, h, w] for the outputs, got "output0 [1, 13, 84], output1 [1, 6, 16, 16], labels [1, 100, 4]" (string)',
    hint: OTHER,
  },
  'NMS inside': {
    source: (source) => withOperator(source, 'pool', 'NonMaxSuppression'),
    message: 'Expected a raw YOLO-seg export in float32 for student.init, got "NMS or top-k inside: NonMaxSuppression \\"pool\\"" (string)',
    hint: 'export the model again without it (nms=False, end2end=False)',
  },
  'a quantized model': {
    source: (source) => withOperator(source, 'p8.conv', 'ConvInteger'),
    message: 'Expected a raw YOLO-seg export in float32 for student.init, got "a quantized model: ConvInteger \\"p8.conv\\"" (string)',
    hint: 'start from the float32 export that it was made of (int8=False)',
  },
  'half precision': {
    source: (source) => withTensor(source, 'p8.weight', (tensor) => ({ ...tensor, dataType: onnx.DataType.float16 })),
    message: 'Expected float32 for the weights, got "float16 in \\"p8.weight\\"" (string)',
    hint: 'export the model again with half=False',
  },
  'weights in another file': {
    source: (source) => withTensor(source, 'p8.weight', (tensor) => ({ ...tensor, bytes: null })),
    message: 'Expected readable numbers for tensor, got "p8.weight" (string): its data lies in another file',
    hint: 'export the model again with its weights inside the file, as float32',
  },
  'an old operator set': {
    source: (source) => ({ ...source, opsets: new Map([['', 9]]) }),
    message: "Expected version 10 or later for the model's operator set, got 9 (number)",
    hint: 'export the model again with a later opset, such as 17',
  },
  'an input that is not square': {
    source: (source) => ({ ...source, graph: { ...source.graph, inputs: [{ name: 'images', dataType: 1, shape: [1, 3, 64, 96] }] } }),
    message: 'Expected one square float32 image [B, 3, S, S] for the inputs, got "images [1, 3, 64, 96]" (string)',
    hint: 'export the model with one side length and half=False',
  },
  'plain distances': {
    source: (source) => withOperator(source, 'dfl.shares', 'Sigmoid'),
    message: 'Expected distributions of distances (a Softmax on the way) for the box of output0, got "plain distances" (string)',
    hint: OTHER,
  },
  'one convolution for two parts': {
    source: (source) => withInput(source, 'both1', 0, 'classes1'),
    message: 'Expected last convolutions of their own for box, classes and coefficients for the head, got "Conv \\"classes1\\"" (string)',
    hint: OTHER,
  },
  'a level without classes': {
    source: (source) => withInput(source, 'both1', 1, 'classes0'),
    message: 'Expected one last convolution a level for each of box, classes and coefficients for the head, got "3, 2, 3" (string)',
    hint: OTHER,
  },
  'an operator that training does not know': {
    source: (source) => withOperator(source, 'p16.gate', 'HardSigmoid'),
    message:
      'Expected an operator that training knows, with sizes that follow the input size for a node of the network, got "HardSigmoid \\"p16.gate\\"" (string)',
    hint: OTHER,
  },
  'a convolution with dilations': {
    source: (source) => withAttribute(source, 'p16.conv', 'dilations', onnx.ints([2, 2])),
    message:
      'Expected an operator that training knows, with sizes that follow the input size for a node of the network, got "Conv \\"p16.conv\\"" (string)',
    hint: OTHER,
  },
  'a transposed convolution with groups': {
    source: (source) => withAttribute(source, 'up', 'group', onnx.int(2)),
    message:
      'Expected an operator that training knows, with sizes that follow the input size for a node of the network, got "ConvTranspose \\"up\\"" (string)',
    hint: OTHER,
  },
};

for (const [name, { source, message, hint }] of Object.entries(refusals)) {
  test(`refused: ${name}`, () => {
    const start = () => warmStart(named(source(yoloSource({ tail: 'joined', inputSize: SIZE }))), { classNames: ['a'], inputSize: 96 }, 1);
    assert.throws(start, (error) => {
      assert.ok(error instanceof SelfpasteError);
      assert.deepEqual([error.message, error.hint], [message, hint]);
      assert.equal(error.code, name === 'weights in another file' ? 'MODEL_BAD_TENSOR' : 'MODEL_NO_WARM_START');
      return true;
    });
  });
}

test('an input size that the strides do not divide, and no classes, are refused as for a fresh student', () => {
  const start = (classNames: readonly string[], inputSize: number) => () =>
    warmStart(named(yoloSource({ tail: 'open', inputSize: SIZE })), { classNames, inputSize }, 1);
  assert.throws(start(['a'], 100), { code: 'CONFIG_INPUT_SIZE', hint: 'set student.inputSize to 96' });
  assert.throws(start([], 96), { code: 'DATA_NO_CATEGORIES' });
});

const named = (model: onnx.Model, classNames: WarmStartSource['classNames'] = NAMES): WarmStartSource => ({ model, classNames });

interface Answer {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

async function run(model: onnx.Model, size: number, pixels: Float32Array): Promise<Readonly<Record<string, Answer>>> {
  const session = await ort.InferenceSession.create(onnx.encodeModel(model), { intraOpNumThreads: 1 });
  const batch = pixels.length / (3 * size * size);
  const outputs = await session.run({ images: new ort.Tensor('float32', pixels, [batch, 3, size, size]) });
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]));
}

function pixelsOf(size: number, batch: number): Float32Array {
  const rng = stream(5, 'pixels');
  return Float32Array.from({ length: batch * 3 * size * size }, () => rng.next());
}

function assertSame(given: Answer, wanted: Answer): void {
  assert.deepEqual(given.dims, wanted.dims);
  let [difference, largest] = [0, 0];
  for (const [at, value] of wanted.data.entries()) {
    difference = Math.max(difference, Math.abs(value - (given.data[at] as number)));
    largest = Math.max(largest, Math.abs(value));
  }
  assert.ok(largest > 0 && difference <= SAME * largest, `differs by ${difference} of ${largest}`);
}

function rowsOf({ data, dims }: Answer, from: number, to: number): Answer {
  const anchors = dims[2] as number;
  return { data: data.subarray(from * anchors, to * anchors), dims: [1, to - from, anchors] };
}

const rowsFrom = (answer: Answer, from: number): Answer => rowsOf(answer, from, answer.dims[1] as number);

/** Boxes as the test's sources give them: center offsets (times two) and extents in strides, without anchors. */
function boxesInStrides(output: Answer, size: number): Answer {
  const { data, dims } = rowsOf(output, 0, 4);
  const anchors = dims[2] as number;
  const result = new Float32Array(data.length);
  let anchor = 0;
  for (const stride of [8, 16, 32]) {
    const cells = size / stride;
    for (let cell = 0; cell < cells * cells; cell++, anchor++) {
      const center = [((cell % cells) + 0.5) * stride, (Math.floor(cell / cells) + 0.5) * stride] as const;
      for (const axis of [0, 1] as const) {
        result[axis * anchors + anchor] = (2 * ((data[axis * anchors + anchor] as number) - center[axis])) / stride;
        result[(axis + 2) * anchors + anchor] = (data[(axis + 2) * anchors + anchor] as number) / stride;
      }
    }
  }
  return { data: result, dims };
}

function valuesOf(model: onnx.Model, name: string): Float32Array {
  const tensor = model.graph.initializers.find((one) => one.name === name);
  assert.ok(tensor, name);
  return onnx.tensorValues(tensor) as Float32Array;
}

const withOutputs = (source: onnx.Model, outputs: readonly onnx.ValueInfo[]): onnx.Model => ({
  ...source,
  graph: { ...source.graph, outputs },
});

const withNodes = (source: onnx.Model, change: (node: onnx.Node) => onnx.Node): onnx.Model => ({
  ...source,
  graph: { ...source.graph, nodes: source.graph.nodes.map(change) },
});

const withOperator = (source: onnx.Model, name: string, opType: string): onnx.Model =>
  withNodes(source, (node) => (node.name === name ? { ...node, opType } : node));

const withAttribute = (source: onnx.Model, name: string, key: string, value: onnx.Attribute): onnx.Model =>
  withNodes(source, (node) => (node.name === name ? { ...node, attributes: new Map([...node.attributes, [key, value]]) } : node));

const withInput = (source: onnx.Model, name: string, index: number, value: string): onnx.Model =>
  withNodes(source, (node) => (node.name === name ? { ...node, inputs: node.inputs.with(index, value) } : node));

const withTensor = (source: onnx.Model, name: string, change: (tensor: onnx.Tensor) => onnx.Tensor): onnx.Model => ({
  ...source,
  graph: { ...source.graph, initializers: source.graph.initializers.map((tensor) => (tensor.name === name ? change(tensor) : tensor)) },
});
