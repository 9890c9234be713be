import { areaOf, boxHeight, boxWidth, type Rle, rle, type Size } from '../../core/index.ts';
import type { CocoCategory } from '../coco-categories.ts';
import { IssueLog } from '../issue.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { CategoryTable } from './category-table.ts';
import type { Carries, ExchangedImage, ExchangedLabel, ExchangeFormat } from './exchange.ts';
import {
  badExchange,
  isFileName,
  LABEL_ID,
  onlyPath,
  type Piece,
  RUN,
  readExtraFields,
  readScore,
  readSize,
  settled,
  unitePieces,
} from './fields.ts';
import { LossTally } from './losses.ts';
import { fromRowCounts, placed, rowCounts } from './placed-masks.ts';
import { readXml, type XmlEvents, xmlTag, xmlText } from './xml.ts';

const carries: Carries = { holes: true, parts: true, scores: true, ids: true, hashes: false, crowds: true, verdicts: true, boxes: false };

/** What our labels have beside CVAT's own fields: a task must know these attributes before it takes them. */
const ATTRIBUTES = [
  { name: LABEL_ID, input_type: 'text', default_value: '', values: [''] },
  { name: RUN, input_type: 'text', default_value: '', values: [''] },
  { name: 'score', input_type: 'text', default_value: '', values: [''] },
  { name: 'crowd', input_type: 'checkbox', default_value: 'false', values: ['false'] },
  { name: 'verdict', input_type: 'select', default_value: 'none', values: ['none', 'accepted', 'rejected'] },
];

/**
 * CVAT for images 1.1: `annotations.xml` with `mask` elements (row-major run lengths, zeros first, inside left, top, width, height), and
 * `labels.json`, which goes into the "Raw" label editor of a new task so that it knows our attributes. Polygons are read as well; shapes of one
 * `group_id` and class are parts of one label.
 * Source: https://docs.cvat.ai/docs/other/xml_format
 */
export const cvatXml: ExchangeFormat = {
  name: 'cvat-xml',
  summary: 'CVAT for images 1.1: one XML with masks; scores, ids and verdicts as attributes',
  carries,
  async write(images, categories) {
    const tally = new LossTally(carries);
    const table = new CategoryTable(categories);
    const pieces: Buffer[] = [];
    let count = 0;
    for (const image of tally.watch(images)) pieces.push(Buffer.from(imageElement(image, count++, table)));
    const document = Buffer.concat([Buffer.from(head(categories, count)), ...pieces, Buffer.from('</annotations>\n')]);
    const labels = categories.map(({ name }) => ({ name, type: 'any', attributes: ATTRIBUTES.map((one) => ({ ...one, mutable: false })) }));
    const files = [
      { path: 'annotations.xml', bytes: document },
      { path: 'labels.json', bytes: Buffer.from(JSON.stringify(labels, null, 1)) },
    ];
    return { files, losses: tally.losses() };
  },
  async read(source) {
    const path = onlyPath(source, 'one XML file', (name) => name.endsWith('.xml'));
    const log = new IssueLog(path);
    const reader = new CvatReader(path, log);
    await readXml(path, await source.read(path), reader);
    return { images: settled(reader.images, log), issues: log.issues };
  },
};

function head(categories: readonly CocoCategory[], images: number): string {
  const labels = categories.map(
    ({ name }) => `<label><name>${xmlText(name)}</name><type>any</type><attributes>${attributeKinds}</attributes></label>\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<annotations>
<version>1.1</version>
<meta><task><name>selfpaste</name><size>${images}</size><mode>annotation</mode><labels>
${labels.join('')}</labels></task></meta>
`;
}

const attributeKinds = ATTRIBUTES.map(
  ({ name, input_type, default_value, values }) =>
    `<attribute><name>${name}</name><mutable>False</mutable><input_type>${input_type}</input_type><default_value>${default_value}</default_value><values>${values.join('\n')}</values></attribute>`,
).join('');

function imageElement({ fileName, size, labels }: ExchangedImage, id: number, table: CategoryTable): string {
  const masks = labels.map((label) => maskElement({ ...label, category: table.named(label.category).name }));
  return `${xmlTag('image', { id, name: fileName, ...size })}\n${masks.join('')}</image>\n`;
}

function maskElement({ category, mask, score, id, run, crowd, verdict }: ExchangedLabel): string {
  const box = rle.toBox(mask);
  const start = xmlTag('mask', {
    label: category,
    source: score === null ? 'manual' : 'auto',
    occluded: 0,
    rle: rowCounts(mask, box).join(', '),
    left: box.x1,
    top: box.y1,
    width: boxWidth(box),
    height: boxHeight(box),
    z_order: 0,
  });
  const values = { [LABEL_ID]: id ?? '', [RUN]: run ?? '', score: score ?? '', crowd: String(crowd), verdict: verdict ?? 'none' };
  const attributes = Object.entries(values).map(([name, value]) => `${xmlTag('attribute', { name })}${xmlText(String(value))}</attribute>`);
  return `${start}${attributes.join('')}</mask>\n`;
}

interface OpenShape {
  readonly kind: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly attributes: Map<string, string>;
  readonly subject: string;
}

const SHAPES = new Set(['mask', 'polygon', 'box', 'polyline', 'points', 'ellipse', 'cuboid', 'skeleton']);

/** Takes the elements of a CVAT file in their order; everything outside `image` is passed over. */
class CvatReader implements XmlEvents {
  readonly images: ExchangedImage[] = [];
  readonly #path: string;
  readonly #log: IssueLog;
  #depth = 0;
  #image: Omit<ExchangedImage, 'labels'> | null = null;
  #shapes: Piece[][] = [];
  #shape: OpenShape | null = null;
  #attribute: { readonly name: string; text: string } | null = null;

  constructor(path: string, log: IssueLog) {
    this.#path = path;
    this.#log = log;
  }

  open(name: string, fields: Readonly<Record<string, string>>): void {
    if (this.#depth++ === 0 && name !== 'annotations') throw badExchange(this.#path, "CVAT's element annotations", name);
    if (name === 'track') this.#log.add('track', 'unsupported-shape', 'tracks of a video are not read: export the task as CVAT for images');
    if (name === 'image') this.#openImage(fields);
    else if (this.#image !== null && this.#shape === null && SHAPES.has(name)) this.#openShape(name, fields);
    else if (this.#shape !== null && name === 'attribute') this.#attribute = { name: fields.name ?? '', text: '' };
  }

  text(text: string): void {
    if (this.#attribute !== null) this.#attribute.text += text;
  }

  close(name: string): void {
    this.#depth--;
    if (name === 'attribute' && this.#attribute !== null) {
      this.#shape?.attributes.set(this.#attribute.name, this.#attribute.text.trim());
      this.#attribute = null;
    } else if (this.#shape?.kind === name) {
      this.#shapes.push(readShape(this.#shape, this.#image?.size as Size, this.#log));
      this.#shape = null;
    } else if (name === 'image' && this.#image !== null) {
      this.images.push({ ...this.#image, ...unitePieces(this.#shapes, this.#log) });
      this.#image = null;
    }
  }

  #openImage({ name, width, height }: Readonly<Record<string, string>>): void {
    const subject = `image ${JSON.stringify(name)}`;
    const size = readSize(Number(width), Number(height), subject, this.#log);
    this.#shapes = [];
    this.#image = size !== null && isFileName(name, subject, this.#log) ? { fileName: name, sha256: null, size } : null;
  }

  #openShape(kind: string, fields: Readonly<Record<string, string>>): void {
    const subject = `${kind} ${this.#shapes.length + 1} of image ${JSON.stringify(this.#image?.fileName)}`;
    this.#shape = { kind, fields, attributes: new Map(), subject };
  }
}

function readShape(shape: OpenShape, size: Size, log: IssueLog): Piece[] {
  const { fields, attributes, subject } = shape;
  const mask = maskOf(shape, size, log);
  if (mask === null) return [];
  if (fields.label === undefined || fields.label === '') {
    log.add(subject, 'bad-entry', 'it has no label');
    return [];
  }
  const score = attributes.get('score');
  const label = {
    ...readExtraFields(Object.fromEntries(attributes)),
    category: fields.label,
    mask,
    score: readScore(score === undefined || score === '' ? null : Number(score), subject, log),
    crowd: attributes.get('crowd') === 'true',
  };
  const group = fields.group_id === undefined || fields.group_id === '0' ? null : fields.group_id;
  return [{ label, group, subject }];
}

function maskOf({ kind, fields, subject }: OpenShape, size: Size, log: IssueLog): Rle | null {
  if (kind !== 'mask' && kind !== 'polygon') {
    log.add(subject, 'unsupported-shape', `a ${kind} is not turned into a mask`);
    return null;
  }
  const mask = kind === 'mask' ? maskOfRle(fields, size) : maskOfPoints(fields.points ?? '', size);
  if (mask === null)
    log.add(subject, 'bad-entry', kind === 'mask' ? 'its rle does not fill its width and height' : 'its points are no polygon');
  return mask;
}

function maskOfRle({ rle: text = '', left, top, width, height }: Readonly<Record<string, string>>, size: Size): Rle | null {
  const counts = text.split(',').map(Number);
  const [x, y, w, h] = [left, top, width, height].map(Number);
  const patch = { width: w, height: h };
  const sound = [x, y, w, h].every(Number.isSafeInteger) && w > 0 && h > 0 && areaOf(patch) <= DEFAULT_LIMITS.maxPixels;
  if (!sound || !counts.every((count) => Number.isSafeInteger(count) && count >= 0)) return null;
  const mask = fromRowCounts(patch, counts);
  return mask && placed(mask, x, y, size);
}

function maskOfPoints(points: string, size: Size): Rle | null {
  const pairs = points.split(';').map((pair) => pair.split(',').map(Number));
  if (pairs.length < 3 || !pairs.every((pair) => pair.length === 2 && pair.every(Number.isFinite))) return null;
  return rle.fromPolygons(size, [pairs.flat()]);
}
