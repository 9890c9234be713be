import { test } from 'node:test';
import { loadBackend } from '../backend.ts';
import { testKernels } from './kernels.contract.ts';
import { portableKernels } from './portable.ts';

const backend = await loadBackend('auto', { threads: 1, deterministic: false });
if (backend.name === 'native') {
  testKernels('native kernels', backend.tf, backend.kernels);
  testKernels('portable kernels on native TensorFlow', backend.tf, portableKernels(backend.tf));
} else {
  test('native kernels', { skip: backend.why }, () => undefined);
}
