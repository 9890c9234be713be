/** A short training of its own process: prints the hash of its checkpoint. Arguments: BackendSettings as JSON. */
import { createHash } from 'node:crypto';
import process from 'node:process';
import { classIndex, type Sample, type SampleInstance, stream } from '../../core/index.ts';
import { type BackendSettings, loadBackend } from '../backend.ts';
import { buildStudent } from '../network/architecture.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import { StudentTrainer } from './trainer.ts';

const [SIZE, BATCH, STEPS] = [96, 4, 6];
const rng = stream(20_240_607, 'training');

const backend = await loadBackend('auto', JSON.parse(process.argv[2] as string) as BackendSettings);
const model = buildStudent(
  { classNames: ['a', 'b'], inputSize: SIZE, strides: { levels: [8, 16, 32], prototype: 4 }, prototypes: 8, size: 's' },
  1,
);
const trainer = new StudentTrainer(backend, model, {
  ...{
    steps: STEPS,
    batchSize: BATCH,
    microBatches: 1,
    warmupSteps: 1,
    learningRate: 4e-3,
    weightDecay: 1e-3,
    clipNorm: 10,
    emaDecay: 0.9,
  },
  ...{ optimizer: { kind: 'adamw' }, schedule: { kind: 'cosine' }, norm: 'batch' },
  ...{ unsupWeight: 1, unsupWarmupSteps: 0, boxWeight: 2, dflWeight: 0.5, maskWeight: 2 },
});
for (let step = 0; step < STEPS; step++) trainer.train(Array.from({ length: BATCH }, picture));
const sha256 = createHash('sha256').update(encodeCheckpoint(trainer.checkpoint())).digest('hex');
console.log(JSON.stringify({ backend: backend.name, threads: backend.threads, sha256 }));

/** Noise with three boxes on it. */
function picture(_: unknown, slot: number): Sample {
  const data = Uint8Array.from({ length: SIZE * SIZE * 3 }, () => rng.integer(256));
  return {
    image: { size: { width: SIZE, height: SIZE }, data },
    instances: Array.from({ length: 3 }, object),
    ignored: [],
    stream: slot % 2 === 0 ? 'labeled' : 'pseudo',
  };
}

function object(): SampleInstance {
  const [x, y, side] = [rng.integer(12), rng.integer(12), 3 + rng.integer(9)];
  const grid = { x1: x, y1: y, x2: x + side, y2: y + side };
  const box = { x1: 4 * x, y1: 4 * y, x2: 4 * (x + side), y2: 4 * (y + side) };
  const coverage = Uint8Array.from({ length: side * side }, () => 55 + rng.integer(200));
  return { classIndex: classIndex(rng.integer(2)), box, source: { by: 'human' }, grid, coverage };
}
