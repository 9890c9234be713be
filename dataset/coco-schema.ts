import { z } from 'zod';
import { expectation, SelfpasteError } from '../core/index.ts';
import type { FileProblem } from './file-problem.ts';
import { readJson } from './json-file.ts';

// The error text of each schema is the "Expected <what>" part of core's expectation sentence.
const id = z.int({ error: 'an integer between -2^53 and 2^53' });
const list = z.array(z.unknown(), { error: 'an array' });
const side = z.number({ error: 'a number of pixels' }).nullish();

/** A COCO instance file as a whole; its entries are read one by one, so that a bad one costs only itself. */
const documentSchema = z.object({ images: list, annotations: list.optional(), categories: list.optional() }, { error: 'an object' });
export type CocoDocument = z.infer<typeof documentSchema>;

export const imageSchema = z.object(
  { id, file_name: z.string({ error: 'a file name' }), width: side, height: side },
  { error: 'an image object' },
);
export type CocoImageEntry = z.infer<typeof imageSchema>;

const categoryIds = z.array(id, { error: 'an array of category ids' }).nullish();

/** What an evaluation reads of an image: its picture is not opened (LVIS names it by `coco_url`), and LVIS says what its labels speak of. */
export const truthImageSchema = z.object(
  { id, width: side, height: side, neg_category_ids: categoryIds, not_exhaustive_category_ids: categoryIds },
  { error: 'an image object' },
);

export type TruthImageEntry = z.infer<typeof truthImageSchema>;

export const categorySchema = z.object(
  { id, name: z.unknown().optional(), frequency: z.unknown().optional() },
  { error: 'a category object' },
);

export const annotationSchema = z.object(
  {
    id: z.unknown().optional(),
    image_id: id,
    category_id: id,
    segmentation: z.unknown().optional(),
    area: z.unknown().optional(),
    iscrowd: z.union([z.literal(0), z.literal(1), z.boolean()], { error: '0 or 1' }).nullish(),
  },
  { error: 'an annotation object' },
);
export type AnnotationEntry = z.infer<typeof annotationSchema>;

export const resultSchema = z.object(
  {
    image_id: id,
    category_id: id,
    segmentation: z.unknown().optional(),
    bbox: z
      .array(z.number({ error: 'a finite number' }), { error: 'an array [x, y, width, height]' })
      .length(4, { error: '4 numbers [x, y, width, height]' })
      .nullish(),
    score: z.number({ error: 'a number 0..1' }).min(0, { error: 'a number 0..1' }).max(1, { error: 'a number 0..1' }),
  },
  { error: 'a result object' },
);
export type ResultEntry = z.infer<typeof resultSchema>;

export type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: FileProblem };

/** Checks one entry of a list. A refusal names the first wrong key, what it should be and what it is. */
export function parseEntry<Value>(schema: z.ZodType<Value>, entry: unknown): Parsed<Value> {
  const result = schema.safeParse(entry);
  if (result.success) return { ok: true, value: result.data };
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const key = String(path[0] ?? 'the entry');
  const reason = /^(id|image_id|category_id)$/.test(key) ? 'bad-id' : key === 'file_name' ? 'bad-file-name' : 'bad-entry';
  return {
    ok: false,
    problem: { reason, detail: expectation(path.join('.') || 'the entry', issue?.message ?? 'another value', valueAt(entry, path)) },
  };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) inner = (inner as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return inner;
}

/**
 * Reads the outline of a COCO instance file.
 * @throws SelfpasteError DATA_NOT_COCO, and what {@link readJson} throws
 */
export async function readDocument(path: string): Promise<CocoDocument> {
  return checkDocument(path, await readJson(path));
}

/** The outline of what a COCO instance file holds. */
export const parseDocument = (json: unknown): Parsed<CocoDocument> => parseEntry(documentSchema, json);

function checkDocument(path: string, json: unknown): CocoDocument {
  const name = JSON.stringify(path);
  if (Array.isArray(json))
    throw new SelfpasteError(
      'DATA_NOT_COCO',
      `Expected a COCO data set (an object with images, annotations and categories) for ${name}, got an array: it looks like a COCO results file`,
      "give the data set's instance file here; a results file belongs to selfpaste eval --dt",
    );
  const parsed = parseDocument(json);
  if (!parsed.ok)
    throw new SelfpasteError(
      'DATA_NOT_COCO',
      `${parsed.problem.detail}, in the COCO data set ${name}`,
      'check that the file is a COCO instance file',
    );
  return parsed.value;
}
