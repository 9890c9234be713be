import type { RunCurves } from '../../contract/run.ts';
import { addressOf, goTo, place } from '../location.ts';
import type { StepRange } from './curve-chart.tsx';
import type { CurveGroup } from './curve-groups.ts';
import { CurvePanel, firstParts } from './curve-panel.tsx';

/** Curves of which the address says what is shown. */
export function Curves({ group, curves }: { readonly group: CurveGroup; readonly curves: RunCurves }) {
  const { query } = place.value;
  const show = (shown: ReadonlySet<string>) => showParts(group, shown);
  return (
    <CurvePanel group={group} curves={curves} shown={shownParts(group, query[group.id])} show={show} range={rangeOf(query)} zoom={zoom} />
  );
}

function shownParts(group: CurveGroup, inAddress: string | undefined): ReadonlySet<string> {
  if (inAddress === undefined) return firstParts(group);
  return new Set(inAddress.split(' ').filter((name) => group.parts.some((part) => part.name === name)));
}

function showParts({ id, parts }: CurveGroup, shown: ReadonlySet<string>): void {
  const names = parts.flatMap(({ name }) => (shown.has(name) ? [name] : []));
  // A chart without lines is said, too.
  replaceQuery({ [id]: names.length === 0 ? 'none' : names.join(' ') });
}

/** One zoom for all charts of the run: they have one axis. */
export const zoom = (range: StepRange): void => replaceQuery({ from: range?.from ?? null, to: range?.to ?? null });

export function rangeOf({ from, to }: Readonly<Record<string, string>>): StepRange {
  const range = { from: Number(from), to: Number(to) };
  return from !== undefined && Number.isFinite(range.from) && range.to > range.from ? range : null;
}

function replaceQuery(change: Readonly<Record<string, string | number | null>>): void {
  const { path, query } = place.peek();
  goTo(addressOf(path, { ...query, ...change }), 'replace');
}
