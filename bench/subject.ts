import process from 'node:process';
import { errorFacts } from '../core/index.ts';
import { benchCopyPaste } from './copy-paste.bench.ts';
import { benchEval } from './eval.bench.ts';
import { benchInspector } from './inspector.bench.ts';
import { benchLabels } from './labels.bench.ts';
import type { Subject, SubjectReport } from './report.ts';
import { benchRle } from './rle.bench.ts';
import { benchStream } from './stream.bench.ts';
import { benchStudent } from './student.bench.ts';
import type { SubjectReply } from './subject-process.ts';
import type { BenchTask } from './task.ts';
import { benchTeacher } from './teacher.bench.ts';

/** The process that measures one subject: it is sent a task, and replies with a report or with what went wrong. */
const benches: Readonly<Record<Subject, (task: BenchTask) => Promise<SubjectReport>>> = {
  rle: benchRle,
  eval: benchEval,
  'copy-paste': benchCopyPaste,
  stream: benchStream,
  teacher: benchTeacher,
  student: benchStudent,
  labels: benchLabels,
  inspector: benchInspector,
};

process.once('message', async (task: BenchTask) => {
  reply(
    await benches[task.subject](task).then(
      (report): SubjectReply => ({ kind: 'measured', report }),
      (error: unknown): SubjectReply => ({ kind: 'failed', facts: errorFacts(error) }),
    ),
  );
});

function reply(message: SubjectReply): void {
  process.send?.(message, () => process.disconnect());
}
