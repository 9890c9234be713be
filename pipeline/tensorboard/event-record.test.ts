import assert from 'node:assert/strict';
import { it } from 'node:test';
import { crc32c, maskedCrc32c } from './crc32c.ts';
import { eventRecord } from './event-record.ts';

const bytes = (length: number, at: (index: number) => number): Uint8Array => Uint8Array.from({ length }, (_, index) => at(index));

/** RFC 3720, appendix B.4; and the check value of the CRC catalogue. */
const vectors: readonly [what: string, data: Uint8Array, crc: number][] = [
  ['nothing', new Uint8Array(), 0],
  ['32 zeros', bytes(32, () => 0), 0x8a9136aa],
  ['32 ones', bytes(32, () => 0xff), 0x62a8ab43],
  ['0 to 31', bytes(32, (index) => index), 0x46dd794e],
  ['31 to 0', bytes(32, (index) => 31 - index), 0x113fdb5c],
  ['"123456789"', Buffer.from('123456789'), 0xe3069283],
];
for (const [what, data, crc] of vectors) it(`crc32c of ${what}`, () => assert.equal(crc32c(data), crc));

it('the masked CRC is rotated by 15 bits and shifted', () => {
  const rotated = ((0xe3069283 >>> 15) | (0xe3069283 << 17)) >>> 0;
  assert.equal(maskedCrc32c(Buffer.from('123456789')), (rotated + 0xa282ead8) % 2 ** 32);
});

/** What TensorBoard 2.21's own RecordWriter writes for the same events: `test/golden/make/tensorboard-records.py`. */
const golden: readonly [what: string, record: Uint8Array, hex: string][] = [
  [
    'a version',
    eventRecord({ atMs: 1_700_000_000_250, step: 312, content: { kind: 'version' } }),
    '1b000000000000001a0d9e130900001040fc54d94110b8021a0d627261696e2e4576656e743a32ba79f57c',
  ],
  [
    'a start',
    eventRecord({ atMs: 1_700_000_000_250, step: 312, content: { kind: 'start' } }),
    '100000000000000095fbfe180900001040fc54d94110b8023a02080139a01ae4',
  ],
  [
    'scalars',
    eventRecord({ atMs: 1_700_000_000_250, step: 312, content: { kind: 'scalars', values: { 'train/loss': 1.5, 'train/waitMs': 0 } } }),
    '36000000000000004f578cef0900001040fc54d94110b8022a280a110a0a747261696e2f6c6f7373150000c03f0a130a0c747261696e2f776169744d731500000000857cd86c',
  ],
];
for (const [what, record, hex] of golden) it(`writes ${what}`, () => assert.equal(Buffer.from(record).toString('hex'), hex));

it('numbers that float32 cannot hold are infinite, and no error', () => {
  const written = (value: number) => {
    const record = eventRecord({ atMs: 0, step: 0, content: { kind: 'scalars', values: { a: value } } });
    return record.readFloatLE(record.length - 8);
  };
  assert.equal(written(1e300), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(written(Number.NaN)));
});
