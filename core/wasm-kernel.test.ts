import assert from 'node:assert/strict';
import test from 'node:test';
import { WasmKernel } from './wasm-kernel.ts';

/** (module (memory (export "memory") 1) (func (export "first") (result i32) i32.const 0 i32.load8_u)) */
const MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x05, 0x03, 0x01, 0x00, 0x01],
  ...[0x07, 0x12, 0x02, 0x06, ...Buffer.from('memory'), 0x02, 0x00, 0x05, ...Buffer.from('first'), 0x00, 0x00],
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x00, 0x2d, 0x00, 0x00, 0x0b],
);
const PAGE = 65_536;

test('a kernel reads what is written to its memory, which grows by whole pages and keeps what is in it', () => {
  const kernel = new WasmKernel<{ first(): number }>(MODULE);
  kernel.bytes[0] = 7;
  kernel.reserve(PAGE);
  assert.equal(kernel.bytes.length, PAGE);
  kernel.reserve(PAGE + 1);
  assert.equal(kernel.bytes.length, 2 * PAGE);
  assert.equal(kernel.run.first(), 7);
  kernel.reserve(1);
  assert.equal(kernel.bytes.length, 2 * PAGE);
});
