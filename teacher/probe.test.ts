import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { type AnsweringModel, writeAnsweringModel } from '../test/contract/answering-models.ts';
import { goldenModels } from '../test/contract/golden-models.ts';
import type { ContractFact } from './contract-facts.ts';
import { type ModelProbe, type ProbeVerdict, probeModel } from './probe.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-probe-'));
after(() => rmSync(folder, { recursive: true }));

let written = 0;
const write = (model: AnsweringModel): string => writeAnsweringModel(join(folder, `${written++}.onnx`), model);
const probe = (model: AnsweringModel): Promise<ModelProbe> => probeModel(write(model));
const rtmdet = goldenModels['rtmdet-ins'];

function verdictAs<Status extends ProbeVerdict['status']>(
  { verdict }: ModelProbe,
  status: Status,
): Extract<ProbeVerdict, { status: Status }> {
  assert.equal(verdict.status, status);
  return verdict as Extract<ProbeVerdict, { status: Status }>;
}

async function factsOf(model: AnsweringModel): Promise<Readonly<Record<ContractFact['about'], string>>> {
  const { reading } = verdictAs(await probe(model), 'recognized');
  return Object.fromEntries(reading.facts.map(({ about, text, source }) => [about, `${text} (${source})`])) as never;
}

test('a probe says what the file holds', async () => {
  const found = await probe(goldenModels['yolo-seg-nms']);
  assert.match(found.sha256, /^[0-9a-f]{64}$/);
  assert.deepEqual([found.irVersion, found.producer, found.opsets], [8, 'selfpaste tests', { '': 17 }]);
  assert.deepEqual(
    [...found.inputs, ...found.outputs].map(({ name, type, shape }) => [name, type, shape]),
    [
      ['images', 'float16', [1, 3, 16, 16]],
      ['output0', 'float16', [1, 4, 7]],
      ['output1', 'float16', [1, 1, 8, 8]],
    ],
  );
  assert.deepEqual(found.metadata, [{ key: 'names', value: '["cat", "dog"]', from: 'model' }]);
});

for (const [kind, model] of Object.entries(goldenModels))
  test(`recognizes ${kind}, and says what it takes for granted`, async () => {
    const { reading } = verdictAs(await probe(model), 'recognized');
    assert.equal(reading.contract.head.kind, kind);
    assert.ok(reading.reasons.length > 0);
    const abouts = ['size', 'batch', 'resize', 'colour', 'values', 'scores', 'masks', 'overlaps', 'classes'];
    assert.deepEqual(
      reading.facts.map(({ about }) => about),
      abouts,
    );
    assert.ok(reading.facts.every(({ text }) => text.length > 0));
  });

test('what the graph fixes, what is stated and what is assumed are told apart', async () => {
  assert.deepEqual(await factsOf(goldenModels['yolo-seg']), {
    size: '16x16 (graph)',
    batch: 'any number of pictures (graph)',
    resize: 'letterbox: scaled to fit, centred on grey 114 (family)',
    colour: 'RGB (family)',
    values: 'level / 255, as float32 (family)',
    scores: 'class probabilities, without objectness (family)',
    masks: 'coefficients times prototypes, as logits, inside the box (family)',
    overlaps: 'of two boxes of one class, the better one stays (NMS) (family)',
    classes: '2 (stated)',
  });
  const stated = { ...rtmdet.metadata, color: 'rgb', mean: '[1, 2, 3]', std: '2', resize: 'stretch' };
  const { resize, colour, values } = await factsOf({ ...rtmdet, metadata: stated });
  assert.deepEqual([resize, colour], ['stretched: each side on its own (stated)', 'RGB (stated)']);
  assert.equal(values, '(level - [1, 2, 3]) / [2, 2, 2], as float32 (stated)');
});

test('sizes that are open, and unused class numbers, are said', async () => {
  const { size, resize, classes } = await factsOf(goldenModels['torchvision-mask-rcnn']);
  assert.deepEqual([size, resize, classes], ['any (family)', 'none: the picture as it is (family)', '2; unused: 0 (stated)']);
});

test('what the contract beside the model states is told from the metadata of the model', async () => {
  const path = write(goldenModels['yolo-seg']);
  writeFileSync(path.replace(/onnx$/, 'contract.json'), '{"names": ["owl", "fox"]}');
  const { metadata } = await probeModel(path);
  assert.deepEqual(metadata, [
    { key: 'names', value: '["owl","fox"]', from: 'beside' },
    { key: 'task', value: 'segment', from: 'model' },
  ]);
});

test('two contracts that fit are both read in full, and neither is taken', async () => {
  const { names } = rtmdet.metadata ?? {};
  const { readings, refusal } = verdictAs(await probe({ ...rtmdet, metadata: { names } }), 'ambiguous');
  assert.deepEqual(
    readings.map(({ contract, facts }) => [contract.head.kind, facts.find(({ about }) => about === 'colour')?.text]),
    [
      ['rtmdet-ins', 'BGR'],
      ['mmdet-mask-rcnn', 'RGB'],
    ],
  );
  assert.equal(refusal.code, 'MODEL_AMBIGUOUS');
  assert.match(refusal.hint, /^decide in NAME\.contract\.json .*\{"contract": "rtmdet-ins"\} or \{"contract": "mmdet-mask-rcnn"\}$/);
});

test('a model of no known contract is a finding, with what each contract misses', async () => {
  const { dets } = rtmdet.outputs;
  const { objections, refusal } = verdictAs(await probe({ ...rtmdet, outputs: { dets }, metadata: {} }), 'refused');
  assert.deepEqual([...new Set(objections.map(({ kind }) => kind))].sort(), Object.keys(goldenModels).sort());
  assert.match(objections.find(({ kind }) => kind === 'rtmdet-ins')?.reason ?? '', /not float dets/);
  assert.equal(refusal.code, 'MODEL_UNKNOWN_CONTRACT');
});

test('a fault of a known contract is a finding too', async () => {
  const { objections, refusal } = verdictAs(await probe({ ...rtmdet, metadata: { contract: 'rtmdet-ins' } }), 'refused');
  assert.deepEqual([objections, refusal.code], [[], 'MODEL_NO_NAMES']);
});
