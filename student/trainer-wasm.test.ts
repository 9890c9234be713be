import { loadBackend } from './backend.ts';
import { testTrainer } from './trainer.contract.ts';

testTrainer(await loadBackend('wasm', 1));
