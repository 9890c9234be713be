import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** What one file may make of its reader. Real models stay far below; without it a few bytes of a hostile one could fill the memory. */
const LIMITS = { messages: 1 << 18, values: 1 << 24, textBytes: 1 << 26 } as const;

/** Counts what has been read of one file. Throws where a limit is passed. */
export class Allowance {
  #messages: number = LIMITS.messages;
  #values: number = LIMITS.values;
  #textBytes: number = LIMITS.textBytes;

  message(): void {
    if (--this.#messages < 0) throw new Error(`it holds more than ${LIMITS.messages} messages`);
  }

  /** A number, or a text in a list. */
  value(): void {
    if (--this.#values < 0) throw new Error(`it holds more than ${LIMITS.values} single values`);
  }

  text(bytes: number): void {
    this.#textBytes -= bytes;
    if (this.#textBytes < 0) throw new Error(`it holds more than ${LIMITS.textBytes} bytes of text`);
  }
}

/** How one field of a message is read. */
export interface Field {
  /** Wire types that it may come in. Another one is an error: tolerant readers would disagree about what the file says. */
  readonly wires: readonly WireType[];
  readonly read: (reader: BinaryReader, wire: WireType, allowance: Allowance) => void;
}

/** By number; fields that are not here are skipped. */
export type Fields = Readonly<Record<number, Field>>;

/** Reads one message. Throws an Error that says what is wrong with it. */
export function readMessage(bytes: Uint8Array, allowance: Allowance, fields: Fields): void {
  allowance.message();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const field = fields[number];
    if (field === undefined) reader.skip(wire, number);
    else if (field.wires.includes(wire)) field.read(reader, wire, allowance);
    else throw new Error(`field ${number} has wire type ${wire}`);
  }
  if (reader.pos > reader.len) throw new Error('it ends inside a field');
}

/** Outside of fatal mode: a name that is no UTF-8 is strange, but ONNX Runtime takes it. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function text(take: (value: string) => void): Field {
  return {
    wires: [WireType.LengthDelimited],
    read: (reader, _wire, allowance) => {
      const bytes = reader.bytes();
      allowance.value();
      allowance.text(bytes.length);
      take(utf8.decode(bytes));
    },
  };
}

/** A message inside, or raw bytes: a view of the file, not a copy. */
export function nested(take: (bytes: Uint8Array) => void): Field {
  return { wires: [WireType.LengthDelimited], read: (reader) => take(reader.bytes()) };
}

export function integer(take: (value: number) => void): Field {
  return { wires: [WireType.Varint], read: (reader) => take(int64(reader)) };
}

export function float(take: (value: number) => void): Field {
  return { wires: [WireType.Bit32], read: (reader) => take(reader.float()) };
}

export const integers = (into: number[]): Field => repeated(into, WireType.Varint, int64);
export const floats = (into: number[]): Field => repeated(into, WireType.Bit32, (reader) => reader.float());
export const doubles = (into: number[]): Field => repeated(into, WireType.Bit64, (reader) => reader.double());

/** A repeated number is packed (one run of bytes) or one field a value; both are legal. */
function repeated(into: number[], single: WireType, read: (reader: BinaryReader) => number): Field {
  const add = (reader: BinaryReader, allowance: Allowance) => {
    allowance.value();
    into.push(read(reader));
  };
  return {
    wires: [single, WireType.LengthDelimited],
    read: (reader, wire, allowance) => {
      if (wire === single) return add(reader, allowance);
      const packed = new BinaryReader(reader.bytes());
      while (packed.pos < packed.len) add(packed, allowance);
    },
  };
}

/** int64 as a number; clamped beyond 2^53, where ONNX files only hold "to the end" markers. */
function int64(reader: BinaryReader): number {
  const value = Number(reader.int64());
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
}
