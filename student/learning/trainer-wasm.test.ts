import { loadBackend } from '../backend.ts';
import { testTrainer } from './trainer.contract.ts';

testTrainer(await loadBackend('wasm', { threads: 1, deterministic: false }));
