/** A process that waits for a labeler's picture for at most so many ms, and tells its own parent how that went. For tests. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import type { LabelerReply, LabelerRequest } from './messages.ts';

const [name, stallMs] = process.argv.slice(2);
const child = startChild<LabelerRequest, LabelerReply>('labeler', fileURLToPath(new URL('./test-labeler.js', import.meta.url)));
child.send({ kind: 'detect', pictures: [{ id: 1, path: name }] });
process.send?.({ waitsFor: child.pid });
const answer = await child.receive(Number(stallMs)).then(
  ({ kind }) => kind,
  (error: Error) => error.message,
);
process.send?.({ answer });
await child.kill();
process.disconnect();
