import type * as Tf from '@tensorflow/tfjs-core';

/** tfjs as a value: which backend is below it is decided once, in `backend.ts`, and then passed on. */
export type TensorFlow = typeof Tf;
