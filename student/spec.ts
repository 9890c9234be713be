import type { onnx } from '../core/index.ts';
import { expectation, SelfpasteError } from '../core/index.ts';

/** Strides of the head's levels, finest first, each twice the one before, and that of the prototypes. */
export interface Strides {
  readonly levels: readonly number[];
  readonly prototype: 2 | 4;
}

/** Size of a fresh student: 1.6, 3.1 and 10.7 million parameters with strides 8, 16, 32; 0.6, 1.0 and 4.4 million with 4, 8, 16. */
export type StudentSize = 'n' | 's' | 'm';

/** What to build a fresh student from. */
export interface FreshStudent {
  readonly classNames: readonly string[];
  /** Side of the square input in pixels; a multiple of the coarsest stride. */
  readonly inputSize: number;
  readonly strides: Strides;
  readonly prototypes: number;
  readonly size: StudentSize;
}

/**
 * What a student's file says of itself, under {@link SPEC_KEY}: all that training needs to know of its graph.
 * Shape letters: B batch, K classes, M prototypes, R bins, h w a level's grid.
 */
export interface StudentSpec {
  readonly classNames: readonly string[];
  /** Side of the square input in pixels; a multiple of the coarsest stride. */
  readonly inputSize: number;
  readonly strides: Strides;
  readonly prototypes: number;
  /** Bins of the distribution of each distance from an anchor to a side of its box; bin i stands for i strides. */
  readonly bins: number;
  readonly head: StudentHead;
  readonly origin: StudentOrigin;
}

/** Values of the graph that training reads: the network's last convolutions, before the contract's decoding. */
export interface StudentHead {
  /** Finest level first, one for each of {@link Strides.levels}. */
  readonly levels: readonly HeadLevel[];
  /** [B, M, h, w] at the prototypes' stride. */
  readonly prototypes: string;
}

export interface HeadLevel {
  /** [B, K, h, w] logits. */
  readonly classes: string;
  /** [B, 4R, h, w] logits of the distances left, top, right, bottom. */
  readonly box: string;
  /** [B, M, h, w] */
  readonly coefficients: string;
}

/** A network of selfpaste, or another's that a warm start began with, by its `description` or producer. */
export type StudentOrigin = { readonly kind: 'fresh'; readonly size: StudentSize } | { readonly kind: 'warm-start'; readonly from: string };

/** Metadata key under which a student's file holds its {@link StudentSpec}. */
export const SPEC_KEY = 'selfpaste.student';

/**
 * Strides for objects of a median side, measured in pixels of the network's input.
 * An object should span at least four cells of the finest level, or neighbours share their anchors and small masks lose their edges.
 */
export function chooseStrides(medianSidePx: number): Strides {
  return stridesOf(medianSidePx < 32 ? [4, 8, 16] : [8, 16, 32]);
}

/** Prototypes lie at half the finest level's stride. @param levels doubling from 4 or 8 */
export function stridesOf(levels: readonly number[]): Strides {
  return { levels, prototype: levels[0] === 4 ? 2 : 4 };
}

/** Anchors of all levels: one a cell. */
export function anchorCount({ inputSize, strides }: Pick<StudentSpec, 'inputSize' | 'strides'>): number {
  return strides.levels.reduce((sum, stride) => sum + (inputSize / stride) ** 2, 0);
}

/** The spec inside a student's file. Throws MODEL_NOT_STUDENT for other models. */
export function readSpec(model: onnx.Model): StudentSpec {
  const text = model.metadata.get(SPEC_KEY);
  if (text === undefined) throw notStudent([...model.metadata.keys()]);
  const spec = parsed(text);
  // Files of earlier versions have no head.
  if (spec?.head === undefined) throw notStudent(text);
  return spec as StudentSpec;
}

function parsed(text: string): Partial<StudentSpec> | null {
  try {
    return JSON.parse(text) as Partial<StudentSpec> | null;
  } catch {
    throw notStudent(text);
  }
}

function notStudent(got: unknown): SelfpasteError {
  return new SelfpasteError(
    'MODEL_NOT_STUDENT',
    expectation('model', `a student of selfpaste (metadata "${SPEC_KEY}")`, got),
    'start from a student that selfpaste trained, or leave student.init at "random"',
  );
}

/** Throws CONFIG_INPUT_SIZE, DATA_NO_CATEGORIES for a student that cannot be built. */
export function checkSpec({ inputSize, strides, classNames }: Pick<StudentSpec, 'inputSize' | 'strides' | 'classNames'>): void {
  const coarsest = Math.max(...strides.levels);
  if (inputSize % coarsest !== 0 || inputSize <= 0) {
    throw new SelfpasteError(
      'CONFIG_INPUT_SIZE',
      expectation('student.inputSize', `a positive multiple of ${coarsest}`, inputSize),
      `set student.inputSize to ${Math.max(1, Math.round(inputSize / coarsest)) * coarsest}`,
    );
  }
  if (classNames.length === 0)
    throw new SelfpasteError(
      'DATA_NO_CATEGORIES',
      'Expected at least one class for the student, got none',
      'add categories to the labeled set',
    );
}

/** Metadata of a student's file: the keys that Ultralytics' loaders and ours read, and the spec. */
export function metadataOf(spec: StudentSpec): ReadonlyMap<string, string> {
  const names = spec.classNames.map((name, index) => `${index}: ${pythonString(name)}`).join(', ');
  return new Map([
    ['task', 'segment'],
    ['names', `{${names}}`],
    ['imgsz', `[${spec.inputSize}, ${spec.inputSize}]`],
    ['stride', String(Math.max(...spec.strides.levels))],
    ['batch', '1'],
    ['channels', '3'],
    ['args', "{'batch': 1, 'half': False, 'dynamic': False, 'nms': False}"],
    [SPEC_KEY, JSON.stringify(spec)],
  ]);
}

/** A Python string literal, as Ultralytics writes its class names. */
function pythonString(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
}
