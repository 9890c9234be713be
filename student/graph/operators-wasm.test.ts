import { loadBackend } from '../backend.ts';
import { testOperators } from './operators.contract.ts';

testOperators(await loadBackend('wasm', { threads: 1, deterministic: false }));
