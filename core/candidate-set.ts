import { badValue } from './errors.ts';
import type { CategoryId, PredictionId } from './ids.ts';
import type { MaskQuality } from './instance.ts';
import type { MaskOverlaps } from './mask-overlaps.ts';

/**
 * What selection needs of an image's predictions, without their masks: column i of each array is prediction i, in the order of ids.
 * A million of them are read in a tenth of a second, so that another policy is answered at once.
 */
export interface CandidateSet {
  /** {@link PredictionId}s, ascending. */
  readonly ids: Float64Array;
  /** {@link CategoryId}s. */
  readonly categories: Float64Array;
  /** 0..1. */
  readonly scores: Float64Array;
  readonly areasPx2: Uint32Array;
  /** {@link MaskQuality}, 0..1; NaN where it was not measured. */
  readonly maskProbabilities: Float32Array;
  readonly maskStabilities: Float32Array;
  readonly flipAgreements: Float32Array;
  /** Of their masks. */
  readonly overlaps: MaskOverlaps;
}

/** One prediction of a set. */
export interface CandidateFacts {
  readonly id: PredictionId;
  readonly category: CategoryId;
  readonly score: number;
  readonly areaPx2: number;
  readonly quality?: MaskQuality;
}

/** @param candidates in the order of their ids, which is that of the overlaps */
export function candidateSet(candidates: readonly CandidateFacts[], overlaps: MaskOverlaps): CandidateSet {
  const set = emptySet(candidates.length, overlaps);
  // One loop over all: `from` with a function for each column takes ten times as long.
  for (let at = 0; at < candidates.length; at++) {
    const { id, category, score, areaPx2, quality } = candidates[at];
    set.ids[at] = id;
    set.categories[at] = category;
    set.scores[at] = score;
    set.areasPx2[at] = areaPx2;
    set.maskProbabilities[at] = quality?.probability ?? Number.NaN;
    set.maskStabilities[at] = quality?.stability ?? Number.NaN;
    set.flipAgreements[at] = quality?.flipAgreement ?? Number.NaN;
  }
  return set;
}

const emptySet = (count: number, overlaps: MaskOverlaps): CandidateSet => ({
  ids: new Float64Array(count),
  categories: new Float64Array(count),
  scores: new Float64Array(count),
  areasPx2: new Uint32Array(count),
  maskProbabilities: new Float32Array(count),
  maskStabilities: new Float32Array(count),
  flipAgreements: new Float32Array(count),
  overlaps,
});

const HEADER_BYTES = 8;
const BYTES_A_CANDIDATE = 3 * 8 + 4 * 4;
const BYTES_A_PAIR = 3 * 4;

/** A set as bytes, little-endian: two uint32 counts (predictions, pairs), then the columns as {@link CandidateSet} lists them. */
export function packCandidates(set: CandidateSet): Uint8Array {
  const { overlaps } = set;
  const columns = [set.ids, set.categories, set.scores, set.areasPx2, set.maskProbabilities, set.maskStabilities, set.flipAgreements];
  const bytes = new Uint8Array(packedBytes(set.ids.length, overlaps.first.length));
  new Uint32Array(bytes.buffer, 0, 2).set([set.ids.length, overlaps.first.length]);
  let at = HEADER_BYTES;
  for (const column of [...columns, overlaps.first, overlaps.second, overlaps.iou]) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
  return bytes;
}

/**
 * The set that {@link packCandidates} made; its arrays are views of the bytes where these are aligned.
 * @throws SelfpasteError BAD_VALUE where the bytes are not such a set
 */
export function unpackCandidates(bytes: Uint8Array): CandidateSet {
  const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const [count, pairs] = bytes.length < HEADER_BYTES ? [0, 0] : new Uint32Array(buffer, byteOffset, 2);
  if (bytes.length !== packedBytes(count, pairs)) throw badValue('candidate set', 'bytes of its counts', `${bytes.length} bytes`);
  let at = byteOffset + HEADER_BYTES;
  const next = <Column>(
    Kind: new (buffer: ArrayBufferLike, at: number, length: number) => Column,
    width: number,
    length: number,
  ): Column => {
    const column = new Kind(buffer, at, length);
    at += width * length;
    return column;
  };
  return {
    ids: next(Float64Array, 8, count),
    categories: next(Float64Array, 8, count),
    scores: next(Float64Array, 8, count),
    areasPx2: next(Uint32Array, 4, count),
    maskProbabilities: next(Float32Array, 4, count),
    maskStabilities: next(Float32Array, 4, count),
    flipAgreements: next(Float32Array, 4, count),
    overlaps: { first: next(Uint32Array, 4, pairs), second: next(Uint32Array, 4, pairs), iou: next(Float32Array, 4, pairs) },
  };
}

const packedBytes = (count: number, pairs: number): number => HEADER_BYTES + BYTES_A_CANDIDATE * count + BYTES_A_PAIR * pairs;
