import type { Facts, RunEvent } from '../progress.ts';
import { duration } from './duration.ts';

export type EventLevel = 'info' | 'warn' | 'error';

/** How much an event matters to who looks at a run that goes on by itself. */
export function eventLevel(event: RunEvent): EventLevel {
  if (event.kind === 'note') return event.level;
  if (event.kind === 'run-waiting') return 'warn';
  return event.kind === 'run-failed' ? 'error' : 'info';
}

/** An event in one sentence. It may hold names of files and classes, and so whatever characters these have. */
export function eventText(event: RunEvent): string {
  switch (event.kind) {
    case 'run-started':
    case 'run-resumed':
      return `${event.kind === 'run-started' ? 'run' : 'resuming'} in ${event.folder}${factsText(event.facts)}`;
    case 'stage-started':
      return `round ${event.round} ${event.stage} begins`;
    case 'progress':
      return `round ${event.round} ${event.stage} ${event.done}/${event.total} ${event.unit}`;
    case 'stage-finished':
      return `round ${event.round} ${event.stage.padEnd(8)} done in ${duration(event.durationMs)}${factsText(event.facts)}`;
    case 'measured':
      return `round ${event.round} measured at step ${event.step}${factsText(mainMetrics(event.facts))}`;
    case 'note':
      return event.text;
    case 'round-finished':
      return `round ${event.round} finished, ${event.promoted ? 'its student is the next teacher' : 'its teacher stays'}${factsText(event.facts)}`;
    case 'run-waiting':
      return waitingText(event);
    case 'run-paused':
      return `paused by ${event.who} in round ${event.round} ${event.stage}`;
    case 'run-continued':
      return `goes on, says ${event.who}`;
    case 'run-finished':
      return `finished${factsText(event.facts)}`;
    case 'run-stopped':
      return `stopped (${event.why}); go on with \`selfpaste resume ${event.folder}\``;
    case 'run-failed':
      return `failed: ${event.error.message}; ${event.error.hint} [${event.error.code}]`;
  }
}

function waitingText({ error, round, stage, untilMs, failures, tries }: Extract<RunEvent, { kind: 'run-waiting' }>): string {
  return `${error.message}; round ${round} ${stage} is tried again at ${clockTime(untilMs)} (failure ${failures}, at most ${tries})`;
}

/** Local time of day. */
export const clockTime = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

/** Of two dozen metrics those that people look at first. */
function mainMetrics({ maskAp = null, maskAp50 = null, boxAp = null }: Facts): Facts {
  return { maskAp, maskAp50, boxAp };
}

function factsText(facts: Facts): string {
  const shown = Object.entries(facts).map(
    ([name, value]) => `${name} ${typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : (value ?? '-')}`,
  );
  return shown.length === 0 ? '' : `: ${shown.join(', ')}`;
}
