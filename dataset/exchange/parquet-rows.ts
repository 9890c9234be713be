import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type ErrorFacts, errorFacts, errorFromFacts, SelfpasteError } from '../../core/index.ts';
import { badExchange } from './fields.ts';

/** A row by its columns; whole numbers of 64 bits are bigint. */
export type ParquetRow = Readonly<Record<string, unknown>>;

interface RowsTask {
  readonly task: 'parquet-rows';
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly columns: readonly string[];
  readonly required: readonly string[];
}

/** An error that crosses threads loses its class: it travels as facts. */
type RowsReply = { readonly kind: 'rows'; readonly rows: readonly ParquetRow[] } | { readonly kind: 'failed'; readonly facts: ErrorFacts };

const MAX_ROWS = 20_000_000;
const MAX_HEAP_MB = 4096;

/** Far more than any sound file needs. */
const timeLimitMs = (bytes: number): number => 30_000 + bytes / 1000;

/**
 * The rows of a Parquet file. It is read in a thread of its own, which is ended after a while: damaged files exist for which the reader
 * never ends, or asks for memory without end.
 * @param columns those to read, where the file has them. @param required those that it must have
 * @throws SelfpasteError DATA_BAD_EXCHANGE
 */
export function readParquetRows(
  { path, bytes, columns, required }: Omit<RowsTask, 'task'>,
  limitMs: number = timeLimitMs(bytes.length),
): Promise<readonly ParquetRow[]> {
  const data: RowsTask = { task: 'parquet-rows', path, bytes, columns, required };
  const worker = new Worker(new URL(import.meta.url), { workerData: data, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  return new Promise<RowsReply>((resolve, reject) => {
    const tooLong = () => reject(badExchange(path, 'a sound Parquet file', `one that is not read after ${Math.round(limitMs)} ms`));
    const timer = setTimeout(tooLong, limitMs);
    worker.once('message', resolve);
    worker.once('error', (error) => reject(badExchange(path, 'a sound Parquet file', error.message, error)));
    worker.once('exit', () => clearTimeout(timer));
  })
    .then((reply) => {
      if (reply.kind === 'failed') throw errorFromFacts(reply.facts);
      return reply.rows;
    })
    .finally(() => worker.terminate());
}

async function replyTo(task: RowsTask): Promise<RowsReply> {
  try {
    return { kind: 'rows', rows: await rowsOf(task) };
  } catch (error) {
    const told =
      error instanceof SelfpasteError ? error : badExchange(task.path, 'a Parquet file (uncompressed or Snappy)', wordsOf(error));
    return { kind: 'failed', facts: errorFacts(told) };
  }
}

async function rowsOf({ path, bytes, columns, required }: RowsTask): Promise<readonly ParquetRow[]> {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  // A copy: the bytes of a small file may lie in a buffer that is shared with others.
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const names = metadata.schema.slice(1).map(({ name }) => name);
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) throw badExchange(path, `columns ${required.join(', ')}`, `no ${missing.join(', ')}`);
  if (metadata.num_rows > MAX_ROWS) throw badExchange(path, `at most ${MAX_ROWS} rows`, String(metadata.num_rows));
  return parquetReadObjects({ file, metadata, columns: columns.filter((name) => names.includes(name)) });
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const task = workerData as RowsTask | null;
if (!isMainThread && task?.task === 'parquet-rows') parentPort?.postMessage(await replyTo(task));
