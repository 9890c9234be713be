import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A field of a protobuf message: a number, raw bytes, or fields of a message inside. */
export interface Part {
  readonly number: number;
  readonly content: bigint | Uint8Array | readonly Part[];
}

const DEEPEST = 40;

/**
 * Protobuf bytes as a tree, without knowing what they mean: bytes that can be read as a message are taken for one, so some texts are too.
 * Null where the bytes are no message of varints and lengths.
 */
export function readTree(bytes: Uint8Array, depth = 0): Part[] | null {
  const reader = new BinaryReader(bytes);
  const parts: Part[] = [];
  try {
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag();
      if (wire === WireType.Varint) parts.push({ number, content: BigInt(reader.uint64()) });
      else if (wire === WireType.LengthDelimited) parts.push({ number, content: contentOf(reader.bytes(), depth) });
      else return null;
    }
  } catch {
    return null;
  }
  return parts;
}

function contentOf(bytes: Uint8Array, depth: number): Part['content'] {
  return (mayBeMessage(bytes) && depth < DEEPEST ? readTree(bytes, depth + 1) : null) ?? bytes;
}

/** Whether the first byte can be a tag: most texts are told apart by it, and failing is slow. */
function mayBeMessage(bytes: Uint8Array): boolean {
  const wire = bytes[0] & 7;
  return bytes.length > 1 && bytes[0] > 7 && (wire === WireType.Varint || wire === WireType.LengthDelimited);
}

/** The bytes of a tree, every length right. */
export function writeTree(parts: readonly Part[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { number, content } of parts) {
    if (typeof content === 'bigint') writer.tag(number, WireType.Varint).uint64(content);
    else writer.tag(number, WireType.LengthDelimited).bytes(content instanceof Uint8Array ? content : writeTree(content));
  }
  return writer.finish();
}

/** Fields of a tree with those inside them. */
export function countParts(parts: readonly Part[]): number {
  return parts.reduce((count, { content }) => count + 1 + (Array.isArray(content) ? countParts(content) : 0), 0);
}

/** A tree in which one field, counted from the root in depth-first order, gives way to others. */
export function replacePart(parts: readonly Part[], index: number, replace: (part: Part) => readonly Part[]): Part[] {
  let rest = index;
  return parts.flatMap((part): readonly Part[] => {
    const at = rest--;
    if (at === 0) return replace(part);
    const { content } = part;
    if (at < 0 || !Array.isArray(content)) return [part];
    const inside = countParts(content);
    rest -= inside;
    return at <= inside ? [{ ...part, content: replacePart(content, at - 1, replace) }] : [part];
  });
}
