import { test } from 'node:test';
import { loadBackend } from '../backend.ts';
import { testTrainer } from './trainer.contract.ts';

const backend = await loadBackend('auto', { threads: 1, deterministic: false });
if (backend.name === 'native') testTrainer(backend);
else test('native training', { skip: backend.why }, () => undefined);
