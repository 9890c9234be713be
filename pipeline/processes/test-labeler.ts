/** A process that speaks as a labeler does and looks at nothing: what it does is in the names of the pictures. For tests. */
import process from 'node:process';
import { serve } from './channel.ts';
import type { LabelerReply, LabelerRequest, PictureFile } from './messages.ts';

let answers = 0;

serve<LabelerRequest, LabelerReply>(async (request, reply) => {
  if (request.kind === 'open') reply({ kind: 'opened', batch: 1, notes: ['it looks at nothing'] });
  if (request.kind !== 'detect') return;
  const outcomes = [];
  for (const picture of request.pictures) outcomes.push(await look(picture));
  answers++;
  reply({ kind: 'detected', outcomes, rssMb: 100 + (request.pictures[0].path.includes('leak') ? 10 * answers : 0) });
});

async function look({ id, path }: PictureFile) {
  if (path.includes('killer')) process.kill(process.pid, 'SIGKILL');
  if (path.includes('complain')) process.stderr.write('it looks at nothing\n');
  if (path.includes('hang')) await new Promise(() => {});
  const slow = /slow(?: for (\d+) ms)?/.exec(path);
  if (slow) await new Promise((resolve) => setTimeout(resolve, Number(slow[1] ?? 100)));
  return { status: 'unusable', id, reason: `${path} in ${process.pid}` } as const;
}
