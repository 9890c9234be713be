/** The vocabulary that every room shares: values and pure maths, no I/O. */
export * from './bounded.ts';
export * from './box.ts';
export * from './candidate-set.ts';
export * from './class-names.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './image.ts';
export * from './instance.ts';
export * from './label-findings.ts';
export * from './mask.ts';
export * from './mask-overlaps.ts';
export * as onnx from './onnx/index.ts';
export * as rle from './rle.ts';
export * from './rng.ts';
export * from './sample.ts';
export * from './size.ts';
export * from './training-set.ts';
export * from './wasm-kernel.ts';
