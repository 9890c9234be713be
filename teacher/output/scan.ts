import { loadKernel } from '../kernel.ts';

/** What `../kernels/scan.ts` exports; it says what the numbers mean. AssemblyScript's booleans are 0 and 1. */
interface ScanFunctions {
  areFinite(row: number, bytes: number): number;
  raise(row: number, number: number, highest: number, best: number, bytes: number): number;
}

/** Whether all values are finite. */
export function areFinite(values: Float32Array): boolean {
  scanner ??= new Scanner();
  return scanner.areFinite(values);
}

/** Of each column of a matrix its highest value above -1, or -1, and the row of that, the first of equals. */
export interface ColumnMaxima {
  readonly highest: Float32Array;
  readonly row: Uint32Array;
}

/** The maxima of a row-major matrix of `columns` columns. Null where a value is not finite. */
export function columnMaxima(values: Float32Array, columns: number): ColumnMaxima | null {
  scanner ??= new Scanner();
  return scanner.columnMaxima(values, columns);
}

/** Values that are copied at once where the length of a row does not matter: they fit the processor's nearest memory. */
const pieceLength = 4096;
const lanes = 4;

/** The kernel. What it looks at is copied piece by piece, which takes no longer than reading it from where it is. */
class Scanner {
  readonly #kernel = loadKernel<ScanFunctions>('scan');

  areFinite(values: Float32Array): boolean {
    this.#kernel.reserve(bytesOf(pieceLength));
    for (let at = 0; at < values.length; at += pieceLength) {
      const piece = values.subarray(at, at + pieceLength);
      if (this.#kernel.run.areFinite(0, this.#place(piece)) === 0) return false;
    }
    return true;
  }

  columnMaxima(values: Float32Array, columns: number): ColumnMaxima | null {
    const bytes = bytesOf(columns);
    this.#kernel.reserve(3 * bytes);
    const highest = new Float32Array(this.#kernel.bytes.buffer, bytes, columns).fill(-1);
    const row = new Uint32Array(this.#kernel.bytes.buffer, 2 * bytes, columns).fill(0);
    for (let at = 0, number = 0; at < values.length; at += columns, number++) {
      this.#place(values.subarray(at, at + columns));
      if (this.#kernel.run.raise(0, number, bytes, 2 * bytes, bytes) === 0) return null;
    }
    return { highest: highest.slice(), row: row.slice() };
  }

  /** Copies values to the beginning of the memory, filled up with zeros. Their bytes there. */
  #place(values: Float32Array): number {
    const bytes = bytesOf(values.length);
    const place = new Float32Array(this.#kernel.bytes.buffer, 0, bytes / values.BYTES_PER_ELEMENT);
    place.set(values);
    place.fill(0, values.length);
    return bytes;
  }
}

/** Of a row in the kernel's memory. */
const bytesOf = (length: number): number => Math.ceil(length / lanes) * lanes * Float32Array.BYTES_PER_ELEMENT;

/** One a thread, made when it is first needed. */
let scanner: Scanner | undefined;
