import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { maskedCrc32c } from './crc32c.ts';

/** What happened, for TensorBoard (tensorflow/core/util/event.proto; only what selfpaste says). */
export type EventContent =
  /** Opens every file. */
  | { readonly kind: 'version' }
  /** What earlier files say of this step and later ones no longer holds: a training goes on from here. */
  | { readonly kind: 'start' }
  | { readonly kind: 'scalars'; readonly values: Readonly<Record<string, number>> };

export interface ChartEvent {
  readonly atMs: number;
  readonly step: number;
  readonly content: EventContent;
}

/** The first version that knows what `start` means. */
const FILE_VERSION = 'brain.Event:2';
const SESSION_START = 1;

/** An event as a TFRecord: length, masked CRC of the length, the message, masked CRC of the message; all little-endian. */
export function eventRecord(event: ChartEvent): Buffer {
  const message = encodeEvent(event);
  const record = Buffer.alloc(message.length + 16);
  record.writeBigUInt64LE(BigInt(message.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(message, 12);
  record.writeUInt32LE(maskedCrc32c(message), 12 + message.length);
  return record;
}

/** Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; SessionLog session_log = 7 } */
function encodeEvent({ atMs, step, content }: ChartEvent): Uint8Array {
  const event = new BinaryWriter();
  event.tag(1, WireType.Bit64).double(atMs / 1000);
  event.tag(2, WireType.Varint).int64(step);
  if (content.kind === 'version') event.tag(3, WireType.LengthDelimited).string(FILE_VERSION);
  else if (content.kind === 'start') event.tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(SESSION_START).join();
  else writeSummary(event.tag(5, WireType.LengthDelimited).fork(), content.values).join();
  return event.finish();
}

/** Summary { repeated Value value = 1 { string tag = 1; float simple_value = 2 } } */
function writeSummary(summary: BinaryWriter, values: Readonly<Record<string, number>>): BinaryWriter {
  for (const [tag, value] of Object.entries(values)) {
    summary.tag(1, WireType.LengthDelimited).fork();
    // What float32 cannot hold becomes infinite; the writer would throw.
    summary.tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(Math.fround(value));
    summary.join();
  }
  return summary;
}
