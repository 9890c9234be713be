import { SelfpasteError } from '../../core/index.ts';
import { type RunOwner, readRunOwner } from '../../db/index.ts';

/** The process that owns a run and lives. One of another host that has shown no life for longer than its lease counts as gone. */
export function livingOwner(folder: string): RunOwner | undefined {
  const owner = readRunOwner(folder);
  return owner?.state === 'alive' ? owner : undefined;
}

/** What is said where something is asked of a run that nobody drives. */
export function notRunning(folder: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NOT_RUNNING',
    `Expected a run that goes on in ${folder}, but no process owns it`,
    `look at it with \`selfpaste status ${folder}\`, or go on with \`selfpaste resume ${folder}\``,
  );
}
