import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { RunConfig } from './schema.ts';

/** The configuration that travels: defaults filled in, paths absolute, the trainer's threads numeric, frozen, with its hash. */
export interface ResolvedConfig extends RunConfig {
  /** The run's folder. */
  readonly runFolder: string;
  /** SHA-256 over everything that decides a run's outcome; names and folders of the run itself, its patience and its room are left out. */
  readonly hash: string;
}

/** @param folder what relative paths are relative to */
export function resolveConfig(config: RunConfig, folder: string): ResolvedConfig {
  const base = resolve(folder);
  const path = (value: string) => (isAbsolute(value) ? value : join(base, value));
  const cores = availableParallelism();
  const resolved: RunConfig = {
    ...config,
    runs: path(config.runs),
    data: {
      ...config.data,
      labeled: { annotations: path(config.data.labeled.annotations), images: path(config.data.labeled.images) },
      validation: { annotations: path(config.data.validation.annotations), images: path(config.data.validation.images) },
      unlabeled: config.data.unlabeled && {
        images: path(config.data.unlabeled.images),
        list: config.data.unlabeled.list && path(config.data.unlabeled.list),
      },
    },
    teacher: { ...config.teacher, model: config.teacher.model && path(config.teacher.model) },
    student: { ...config.student, init: initPath(config.student.init, path) },
    train: { ...config.train, threads: config.train.threads || cores },
  };
  const { name, runs, retry, disk, ...deciding } = resolved;
  const hash = createHash('sha256').update(JSON.stringify(deciding)).digest('hex');
  return deepFreeze({ ...resolved, runFolder: join(runs, name), hash });
}

/** A word stays; a file becomes absolute. */
function initPath(init: RunConfig['student']['init'], path: (value: string) => string): string {
  return init === 'random' || init === 'teacher' ? init : path(init);
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
