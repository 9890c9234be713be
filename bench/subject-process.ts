import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorFacts, errorFromFacts, expectation, SelfpasteError } from '../core/index.ts';
import type { SubjectReport } from './report.ts';
import type { BenchTask } from './task.ts';

export type SubjectReply =
  | { readonly kind: 'measured'; readonly report: SubjectReport }
  | { readonly kind: 'failed'; readonly facts: ErrorFacts };

/**
 * Measures a subject in a process of its own, so that neither memory nor compiled code of one subject is another's.
 * @throws what the subject threw; SelfpasteError ENVIRONMENT_BENCH_DIED where its process ended without a word
 */
export function measureSubject(task: BenchTask): Promise<SubjectReport> {
  const child = fork(fileURLToPath(new URL('./subject.js', import.meta.url)), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('message', (reply: SubjectReply) =>
      reply.kind === 'measured' ? resolve(reply.report) : reject(errorFromFacts(reply.facts)),
    );
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(died(task, signal ?? code)));
    child.send(task);
  });
}

const died = ({ subject }: BenchTask, end: unknown): SelfpasteError =>
  new SelfpasteError(
    'ENVIRONMENT_BENCH_DIED',
    expectation(`the ${subject} benchmark`, 'a report', end),
    'check the free memory, then run the benchmark again',
  );
