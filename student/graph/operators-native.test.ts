import { test } from 'node:test';
import { loadBackend } from '../backend.ts';
import { testOperators } from './operators.contract.ts';

const backend = await loadBackend('auto', { threads: 1, deterministic: false });
if (backend.name === 'native') testOperators(backend);
else test('operators on native TensorFlow', { skip: backend.why }, () => undefined);
