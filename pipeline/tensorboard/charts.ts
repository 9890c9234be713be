import { appendFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from '../../dataset/index.ts';
import type { Emit, Facts, RunEvent } from '../progress.ts';
import type { RunFolder } from '../run-folder.ts';
import { type ChartEvent, type EventContent, eventRecord } from './event-record.ts';

/**
 * A sink that draws a round's numbers for TensorBoard and hands every event on. Each process that works on a round writes a file of its
 * own, and only appends: a training that goes back takes back what was drawn of the steps that it does again.
 */
export function charting(folder: RunFolder, emit: Emit): Emit {
  const files = new Map<number, ChartFile>();
  const fileOf = (round: number, atMs: number): ChartFile => {
    const known = files.get(round) ?? new ChartFile(folder.chart(round, atMs));
    files.set(round, known);
    return known;
  };
  return (event) => {
    const drawn = drawnOf(event);
    if (drawn !== null) {
      const atMs = Date.now();
      fileOf(drawn.round, atMs).add(atMs, drawn.step, drawn.values);
    }
    emit(event);
  };
}

interface Drawn {
  readonly round: number;
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** The scalars of an event; null where it has none. */
function drawnOf(event: RunEvent): Drawn | null {
  if (event.kind === 'measured') return { round: event.round, step: event.step, values: scalars('validation', event.facts) };
  if (event.kind !== 'progress' || event.unit !== 'steps') return null;
  return { round: event.round, step: event.done, values: scalars('train', event.facts) };
}

/** What is not defined is not drawn. */
function scalars(prefix: string, facts: Facts): Readonly<Record<string, number>> {
  const numbers = Object.entries(facts).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(numbers.map(([name, value]) => [`${prefix}/${name}`, value]));
}

class ChartFile {
  readonly #path: string;
  /** Step that was drawn last; null before the first. */
  #last: number | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  add(atMs: number, step: number, values: Readonly<Record<string, number>>): void {
    const contents: readonly EventContent[] = [...this.#opening(step), { kind: 'scalars', values }];
    const records = contents.map((content) => eventRecord({ atMs, step, content } satisfies ChartEvent));
    appendFileSync(this.#path, Buffer.concat(records));
    this.#last = step;
  }

  /** A run goes back where its trainer died, and another one started from the last checkpoint. */
  #opening(step: number): readonly EventContent[] {
    if (this.#last !== null) return step < this.#last ? [{ kind: 'start' }] : [];
    makeFolders(dirname(this.#path));
    return [{ kind: 'version' }, { kind: 'start' }];
  }
}
