import type { ParameterSlot } from '../graph/parameters.ts';
import { Kernel, padded } from './kernel.ts';
import { keptShare } from './schedule.ts';

/** The rule by which gradients become steps. */
export type OptimizerRule =
  /** Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019. */
  | { readonly kind: 'adamw' }
  /** Nesterov's momentum as Sutskever et al. (ICML 2013) write it; weight decay is part of the gradient. */
  | { readonly kind: 'sgd'; readonly momentum: number };

/** With clipping of the gradient by its global norm, and the weights' moving average. */
export interface OptimizerSettings {
  readonly optimizer: OptimizerRule;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Share of the average kept at each step, e.g. 0.998; less in the first steps. */
  readonly emaDecay: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Vectors of length P that the optimizer moves; all are needed to go on after an interruption. */
export interface OptimizerVectors {
  readonly weights: Float32Array;
  readonly average: Float32Array;
  /** AdamW's first moment, or SGD's velocity. */
  readonly firstMoment: Float32Array;
  /** AdamW's second moment; empty for SGD. */
  readonly secondMoment: Float32Array;
}

/** Vectors of an optimizer that has made no step. */
export function freshVectors(weights: Float32Array, { kind }: OptimizerRule): OptimizerVectors {
  const zeros = (length: number) => new Float32Array(length);
  return {
    weights,
    average: weights,
    firstMoment: zeros(weights.length),
    secondMoment: zeros(kind === 'adamw' ? weights.length : 0),
  };
}

/** What `kernels/optimizer.ts` exports; it says what the numbers mean. */
interface OptimizerFunctions {
  sumOfSquares(values: number, count: number): number;
  addTo(sums: number, values: number, count: number): void;
  adamW(...places: [...Five, ...numbers: [number, number, number, number, number, number, number, number]]): void;
  sgd(...places: [...Four, ...numbers: [number, number, number, number, number, number]]): void;
}
type Four = readonly [weights: number, average: number, velocity: number, gradient: number];
type Five = readonly [weights: number, average: number, first: number, second: number, gradient: number];

/** Where a parameter lies in every vector of the kernel's memory, in floats; `room` is its length with its padding. */
interface Place {
  readonly from: number;
  readonly length: number;
  readonly room: number;
  readonly decays: boolean;
}

/**
 * The optimizer's vectors in the memory of a WebAssembly kernel, which moves all of them in one pass, the same on every backend: by
 * TF.js operations a step would go over them some twenty times. Gradients come in a parameter at a time, weights go out as views.
 */
export class Optimizer {
  readonly #settings: OptimizerSettings;
  readonly #places: readonly Place[];
  readonly #kernel = new Kernel<OptimizerFunctions>('optimizer');
  readonly #weights: Float32Array;
  readonly #average: Float32Array;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  readonly #gradient: Float32Array;
  readonly #incoming: Float32Array;
  /** Gradients of the step so far. */
  #added = 0;

  constructor(settings: OptimizerSettings, slots: readonly ParameterSlot[], vectors: OptimizerVectors) {
    this.#settings = settings;
    this.#places = placesOf(slots);
    const room = this.#places.reduce((sum, place) => sum + place.room, 0);
    const ofAdam = settings.optimizer.kind === 'adamw' ? room : 0;
    [this.#weights, this.#average, this.#first, this.#second, this.#gradient, this.#incoming] = this.#kernel.layOut(
      ...[room, room, room, ofAdam, room, room],
    ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    this.#spread(vectors.weights, this.#weights);
    this.#spread(vectors.average, this.#average);
    this.#spread(vectors.firstMoment, this.#first);
    if (ofAdam > 0) this.#spread(vectors.secondMoment, this.#second);
  }

  /** A parameter's weights, in the order of the slots: a view that the next step changes. */
  weights(slot: number): Float32Array {
    const { from, length } = this.#places[slot] as Place;
    return this.#weights.subarray(from, from + length);
  }

  /** Adds a gradient to the step's, a parameter each, in the order of the slots. */
  add(gradients: Iterable<Float32Array>): void {
    const target = this.#added === 0 ? this.#gradient : this.#incoming;
    let slot = 0;
    for (const gradient of gradients) target.set(gradient, (this.#places[slot++] as Place).from);
    if (this.#added++ > 0) this.#kernel.run.addTo(this.#gradient.byteOffset, target.byteOffset, target.length);
  }

  /** Norm of the mean of the gradients that were added. */
  gradientNorm(): number {
    return Math.sqrt(this.#kernel.run.sumOfSquares(this.#gradient.byteOffset, this.#gradient.length)) / this.#added;
  }

  /**
   * One update by the mean of the gradients that were added.
   * @param updates made before it: steps that were left out moved nothing, so that the moments and the average do not count them
   * @param norm what {@link gradientNorm} said
   */
  apply(updates: number, learningRate: number, norm: number): void {
    const { optimizer, clipNorm, emaDecay, weightDecay } = this.#settings;
    const scale = Math.min(1, clipNorm / (norm + 1e-6)) / this.#added;
    const kept = keptShare(emaDecay, updates);
    for (const place of this.#places) {
      const decay = place.decays ? weightDecay : 0;
      if (optimizer.kind === 'adamw') this.#adamW(place, updates, { scale, learningRate, decay, kept });
      else this.#sgd(place, optimizer.momentum, { scale, learningRate, decay, kept });
    }
    this.forget();
  }

  /** Forgets the step's gradients. */
  forget(): void {
    this.#added = 0;
  }

  vectors(): OptimizerVectors {
    const [weights, average, firstMoment] = [this.#weights, this.#average, this.#first].map((values) => this.#joined(values)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const secondMoment = this.#second.length > 0 ? this.#joined(this.#second) : new Float32Array();
    return { weights, average, firstMoment, secondMoment };
  }

  /** The corrections for the moments' start at 0 are numbers: they go into the rate and the epsilon. */
  #adamW({ from, room }: Place, updates: number, { scale, learningRate, decay, kept }: Move): void {
    const correction = Math.sqrt(1 - BETA2 ** (updates + 1));
    const rate = (learningRate * correction) / (1 - BETA1 ** (updates + 1));
    const vectors = [this.#weights, this.#average, this.#first, this.#second, this.#gradient] as const;
    this.#kernel.run.adamW(
      ...(vectors.map((vector) => vector.byteOffset + 4 * from) as unknown as Five),
      ...([room, scale, BETA1, BETA2, rate, EPSILON * correction, decay * learningRate, kept] as const),
    );
  }

  #sgd({ from, room }: Place, momentum: number, { scale, learningRate, decay, kept }: Move): void {
    const vectors = [this.#weights, this.#average, this.#first, this.#gradient] as const;
    this.#kernel.run.sgd(
      ...(vectors.map((vector) => vector.byteOffset + 4 * from) as unknown as Four),
      ...([room, scale, momentum, learningRate, decay, kept] as const),
    );
  }

  /** Puts a vector of P numbers into the memory, each parameter at its place. */
  #spread(values: Float32Array, memory: Float32Array): void {
    let at = 0;
    for (const { from, length } of this.#places) {
      memory.set(values.subarray(at, at + length), from);
      at += length;
    }
  }

  #joined(memory: Float32Array): Float32Array {
    const values = new Float32Array(this.#places.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const { from, length } of this.#places) {
      values.set(memory.subarray(from, from + length), at);
      at += length;
    }
    return values;
  }
}

/** What one update does to every parameter alike, but for its decay. */
interface Move {
  readonly scale: number;
  readonly learningRate: number;
  readonly decay: number;
  readonly kept: number;
}

function placesOf(slots: readonly ParameterSlot[]): readonly Place[] {
  let from = 0;
  return slots.map(({ length, decays }) => {
    const place = { from, length, room: padded(length), decays };
    from += place.room;
    return place;
  });
}
