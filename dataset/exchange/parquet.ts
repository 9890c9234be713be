import type { ColumnSource } from 'hyparquet-writer';
import { type Box, type Rle, rle, SelfpasteError, type Size } from '../../core/index.ts';
import { IssueLog } from '../issue.ts';
import type { Carries, ExchangedImage, ExchangedLabel, ExchangeFormat } from './exchange.ts';
import {
  isFileName,
  LABEL_ID,
  labelsOf,
  onlyPath,
  RUN,
  readExtraFields,
  readScore,
  readSha256,
  readSize,
  settled,
  withBox,
} from './fields.ts';
import { LossTally } from './losses.ts';
import { type ParquetRow, readParquetRows } from './parquet-rows.ts';

const carries: Carries = { holes: true, parts: true, scores: true, ids: true, hashes: true, crowds: true, verdicts: true, boxes: true };

/** A row: one label, or a picture without any, which has null from `category` on. */
interface Row {
  readonly file_name: string;
  readonly sha256: string | null;
  readonly width: number;
  readonly height: number;
  readonly [LABEL_ID]: string | null;
  readonly [RUN]: string | null;
  readonly category: string | null;
  readonly score: number | null;
  /** Half-open, in pixels. */
  readonly x1: number | null;
  readonly y1: number | null;
  readonly x2: number | null;
  readonly y2: number | null;
  readonly area_px2: number | null;
  /** COCO's compressed run lengths, of the whole picture. */
  readonly rle: string | null;
  readonly crowd: boolean | null;
  readonly verdict: string | null;
}

const COLUMNS: Readonly<Record<keyof Row, NonNullable<ColumnSource['type']>>> = {
  file_name: 'STRING',
  sha256: 'STRING',
  width: 'INT32',
  height: 'INT32',
  [LABEL_ID]: 'STRING',
  [RUN]: 'STRING',
  category: 'STRING',
  score: 'DOUBLE',
  x1: 'DOUBLE',
  y1: 'DOUBLE',
  x2: 'DOUBLE',
  y2: 'DOUBLE',
  area_px2: 'DOUBLE',
  rle: 'STRING',
  crowd: 'BOOLEAN',
  verdict: 'STRING',
};
const REQUIRED: readonly (keyof Row)[] = ['file_name', 'width', 'height', 'category', 'rle'];

/**
 * Parquet: one row a label, Snappy. A picture without labels has one row in which everything from `label_id` on is null. Of another program's
 * file `file_name`, `width`, `height`, `category` and `rle` are needed; whole numbers of 64 bits are read as well.
 */
export const parquet: ExchangeFormat = {
  name: 'parquet',
  summary: 'Parquet: one row a label, masks as COCO run-length text; for notebooks and DuckDB',
  carries,
  async write(images) {
    const tally = new LossTally(carries);
    const rows = Array.from(tally.watch(images)).flatMap(rowsOf);
    const { parquetWriteBuffer } = await import('hyparquet-writer');
    const columnData = Object.entries(COLUMNS).map(([name, type]) => ({
      name,
      type,
      nullable: true,
      data: rows.map((row) => row[name as keyof Row]),
    }));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'selfpaste' }));
    return { files: [{ path: 'labels.parquet', bytes }], losses: tally.losses() };
  },
  async read(source) {
    const path = onlyPath(source, 'one Parquet file', (name) => name.endsWith('.parquet'));
    const rows = await readParquetRows({ path, bytes: await source.read(path), columns: Object.keys(COLUMNS), required: REQUIRED });
    const log = new IssueLog(path);
    return { images: settled(imagesOf(rows, log), log), issues: log.issues };
  },
};

function rowsOf({ fileName, sha256, size, labels }: ExchangedImage): Row[] {
  const picture = { file_name: fileName, sha256, width: size.width, height: size.height };
  if (labels.length === 0) return [{ ...picture, ...NO_LABEL }];
  return labels.map(({ id, run, category, score, box, mask, crowd, verdict }) => ({
    ...picture,
    [LABEL_ID]: id,
    [RUN]: run ?? null,
    category,
    score,
    ...box,
    area_px2: rle.area(mask),
    rle: rle.countsToString(mask.counts),
    crowd,
    verdict: verdict ?? null,
  }));
}

const NO_LABEL: Omit<Row, 'file_name' | 'sha256' | 'width' | 'height'> = {
  ...{ [LABEL_ID]: null, [RUN]: null, category: null, score: null, x1: null, y1: null, x2: null, y2: null, area_px2: null },
  ...{ rle: null, crowd: null, verdict: null },
};

interface NumberedRow {
  readonly row: ParquetRow;
  readonly subject: string;
}

/** Rows of one name and hash are one picture, in the order in which pictures come first. */
function imagesOf(rows: readonly ParquetRow[], log: IssueLog): ExchangedImage[] {
  const groups = new Map<string, NumberedRow[]>();
  for (const [index, row] of rows.entries()) {
    const key = JSON.stringify([plain(row.file_name), plain(row.sha256)]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push({ row, subject: `row ${index + 1}` });
  }
  return [...groups.values()].flatMap((group) => readPicture(group, log));
}

function readPicture(rows: readonly NumberedRow[], log: IssueLog): ExchangedImage[] {
  const [{ row: first, subject }] = rows;
  const fileName = plain(first.file_name);
  const size = readSize(plain(first.width), plain(first.height), subject, log);
  if (size === null || !isFileName(fileName, subject, log)) return [];
  const entries = rows.filter(({ row }) => hasLabel(row)).map((one) => readLabel(one.row, size, one.subject, log));
  return [{ fileName, sha256: readSha256(first.sha256), size, ...labelsOf(entries) }];
}

const hasLabel = (row: ParquetRow): boolean => (row.category ?? row.rle ?? row[LABEL_ID] ?? null) !== null;

/** Whole numbers of 64 bits come as bigint. */
const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

function readLabel(row: ParquetRow, size: Size, subject: string, log: IssueLog): ExchangedLabel[] {
  const mask = maskOf(row, size);
  if (typeof mask === 'string' || typeof row.category !== 'string' || row.category === '') {
    log.add(subject, 'bad-entry', typeof mask === 'string' ? mask : 'its category is no name');
    return [];
  }
  const box = boxOf(row);
  const found = {
    ...readExtraFields(row),
    category: row.category,
    mask,
    score: readScore(plain(row.score), subject, log),
    crowd: row.crowd === true,
    ...(box === null ? {} : { box }),
  };
  return withBox(found, subject, log);
}

/** The mask, or why there is none. */
function maskOf({ rle: text, width, height }: ParquetRow, size: Size): Rle | string {
  if (plain(width) !== size.width || plain(height) !== size.height) return "its picture's size is not that of the rows before";
  if (typeof text !== 'string') return 'its rle is no text';
  try {
    return rle.fromString(size, text);
  } catch (error) {
    if (error instanceof SelfpasteError) return error.message;
    throw error;
  }
}

function boxOf(row: ParquetRow): Box | null {
  const [x1, y1, x2, y2] = [row.x1, row.y1, row.x2, row.y2].map(plain) as number[];
  return [x1, y1, x2, y2].every(Number.isFinite) && x2 > x1 && y2 > y1 ? { x1, y1, x2, y2 } : null;
}
