import { z } from 'zod';
import { expectation, parseClassNames, SelfpasteError } from '../core/index.ts';
import type { HeadKind } from './contract.ts';

export const headKinds: readonly HeadKind[] = [
  'yolo-seg',
  'yolo-seg-nms',
  'yolov5-seg',
  'torchvision-mask-rcnn',
  'rtmdet-ins',
  'mmdet-mask-rcnn',
  'rf-detr-seg',
  'detr-seg',
  'maskformer',
];

/** Beyond this the file is wrong, or meant to fill the memory. */
const MAX_SIDE = 8192;
const side = z.int().min(1).max(MAX_SIDE);
const channels = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);
const deviations = z.union([z.number().positive(), z.tuple([z.number().positive(), z.number().positive(), z.number().positive()])]);

/** Keys of a model's metadata, and of `NAME.contract.json` beside it, which wins. What each must be is said in words for the error. */
const keys = {
  contract: { schema: z.enum(headKinds), expected: `one of ${headKinds.join(', ')}` },
  imgsz: {
    schema: z.union([side, z.array(side).min(1).max(2)]),
    expected: `a side of up to ${MAX_SIDE} pixels, or [height, width]`,
  },
  color: { schema: z.enum(['rgb', 'bgr']), expected: '"rgb" or "bgr"' },
  scale: { schema: z.number().positive(), expected: 'a number above 0 that levels are multiplied with' },
  mean: { schema: channels, expected: 'a number, or three in the order of the channels' },
  std: { schema: deviations, expected: 'a number above 0, or three in the order of the channels' },
  resize: {
    schema: z.enum(['letterbox', 'top-left', 'stretch', 'shortest-side', 'native']),
    expected: '"letterbox", "top-left", "stretch", "shortest-side" or "native"',
  },
  pad: { schema: z.int().min(0).max(255), expected: 'a grey level 0..255' },
  multiple: { schema: side, expected: `a number of pixels, 1 to ${MAX_SIDE}` },
  background: { schema: z.enum(['first', 'last', 'none']), expected: '"first", "last" or "none"' },
} as const;

/** What `NAME.contract.json` may state. */
export const overrideKeys: readonly string[] = [...Object.keys(keys), 'names'];

type Key = keyof typeof keys;
type Stated = { readonly [K in Key]?: z.infer<(typeof keys)[K]['schema']> };

/** What the file, or the file beside it, states of the contract; a key that is absent is for the family to assume. */
export type Overrides = Stated & { readonly names?: readonly (string | null)[] };

/** Throws MODEL_BAD_OVERRIDE for a value that its key cannot have, MODEL_BAD_NAMES for names that are none. */
export function readOverrides(metadata: ReadonlyMap<string, string>): Overrides {
  const stated = Object.entries(keys).flatMap(([key, { schema, expected }]) => {
    const text = metadata.get(key);
    if (text === undefined) return [];
    const parsed = schema.safeParse(parsedText(text));
    if (!parsed.success) throw badOverride(key, expected, text);
    return [[key, parsed.data]];
  });
  const names = metadata.get('names');
  return { ...(Object.fromEntries(stated) as Stated), ...(names === undefined ? {} : { names: readNames(names) }) };
}

/** Metadata are texts: JSON, a Python tuple, or a word. */
function parsedText(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\s*\((.*?),?\s*\)\s*$/s, '[$1]'));
  } catch {
    return text;
  }
}

const sparseNames = z.union([
  z.array(z.string().nullable()).refine((names) => names.some((name) => name !== null)),
  z.record(z.string().regex(/^\d{1,5}$/), z.string().nullable()).refine((names) => Object.values(names).some((name) => name !== null)),
]);

/** Names by index: a JSON list or object may leave indices out, by null or by absence; else what exporters write. */
function readNames(text: string): readonly (string | null)[] {
  const { success, data } = sparseNames.safeParse(parsedText(text));
  if (!success) {
    const names = parseClassNames(text);
    if (names === null) throw badNames(text);
    return names;
  }
  if (Array.isArray(data)) return data.map(unlessPlaceholder);
  const last = Math.max(...Object.keys(data).map(Number));
  return Array.from({ length: last + 1 }, (_, index) => unlessPlaceholder(data[index] ?? null));
}

/** torchvision names what is no class so. */
const unlessPlaceholder = (name: string | null): string | null => (name === '__background__' || name === 'N/A' ? null : name);

function badOverride(key: string, expected: string, text: string): SelfpasteError {
  return new SelfpasteError(
    'MODEL_BAD_OVERRIDE',
    expectation(`the model's '${key}'`, expected, text),
    `correct '${key}' in NAME.contract.json beside NAME.onnx; what it states wins over the model's own metadata`,
  );
}

function badNames(text: string): SelfpasteError {
  return new SelfpasteError(
    'MODEL_BAD_NAMES',
    expectation("the model's metadata key 'names'", "class names by index, as in {0: 'cat', 1: 'dog'}", text),
    'write the names as a list into a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  );
}
