import type { ResolvedConfig } from '../config/index.ts';
import type { EventRow } from '../db/index.ts';
import { clockTime, eventLevel, eventText, type RunEvent, type RunReport, studentValidation } from '../pipeline/index.ts';
import { bar } from './bar.ts';
import { duration, printable } from './print.ts';
import { ownerText } from './state-text.ts';
import { statusText } from './status-text.ts';

const EVENTS = 3;

/** A run as one who watches sees it. @param leftMs of the current stage; null where it cannot be told */
export function watchText(report: RunReport, leftMs: number | null): string {
  const now = [ownerText(report.owner), progressLine(report, leftMs), bestLine(report)].filter((line) => line !== null);
  const events = eventLines(report.events);
  return [printable(report.folder), statusText(report, report.state), ...block(now), ...block(events)].join('\n');
}

const block = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', ...lines]);

function progressLine({ state, progress, rounds }: RunReport, leftMs: number | null): string | null {
  if (progress === null || state.kind === 'finished') return null;
  const { done, total, unit } = progress;
  const loss = rounds.at(-1)?.metrics.loss;
  const tail = [
    `${done}/${total} ${unit}`,
    unit === 'steps' && typeof loss === 'number' ? `loss ${loss.toFixed(3)}` : '',
    leftMs === null ? '' : `${duration(leftMs)} left`,
  ];
  return `round ${state.round} ${state.stage.padEnd(8)} ${bar(done, total)} ${tail.filter(Boolean).join('  ')}`;
}

/** The best value of the metric by which students are promoted, over all rounds. */
function bestLine({ run, rounds }: RunReport): string | null {
  if (run === undefined) return null;
  const { metric } = (run.config as ResolvedConfig).promote;
  const values = rounds.flatMap((status) => {
    const best = studentValidation(status);
    const value = best?.metrics[metric];
    return best === undefined || value == null ? [] : [{ value, text: `round ${status.round.index}, step ${best.step}` }];
  });
  const best = values.reduce<(typeof values)[number] | null>(
    (most, each) => (most !== null && most.value >= each.value ? most : each),
    null,
  );
  return best === null ? null : `best ${metric} ${best.value.toFixed(3)} (${best.text})`;
}

/** The last events that say more than the rest of the page, oldest first. @param events newest first */
function eventLines(events: readonly EventRow[]): readonly string[] {
  return events.filter(isTold).slice(0, EVENTS).reverse().map(eventLine);
}

/** The database also keeps what is no event of a run's progress, as what its backend was. */
function isTold(row: EventRow): row is EventRow & { readonly data: RunEvent } {
  const { kind } = row.data as { readonly kind?: string };
  return kind === row.kind && kind !== 'stage-started';
}

function eventLine({ atMs, data }: EventRow & { readonly data: RunEvent }): string {
  const { [eventLevel(data)]: word } = { info: '', warn: 'warning: ', error: 'error: ' };
  return `${clockTime(atMs)}  ${word}${printable(eventText(data))}`;
}
