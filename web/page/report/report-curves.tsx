import { useState } from 'preact/hooks';
import type { RunCurves } from '../../contract/run.ts';
import type { StepRange } from '../run/curve-chart.tsx';
import { AP, BATCH, type CurveGroup, LOSS } from '../run/curve-groups.ts';
import { CurvePanel, firstParts } from '../run/curve-panel.tsx';

/** The curves of the run, one zoom for all; what is shown of them is remembered by nobody. */
export function ReportCurves({ curves }: { readonly curves: RunCurves }) {
  const [range, zoom] = useState<StepRange>(null);
  return (
    <>
      {[LOSS, AP, BATCH].map((group) => (
        <OwnCurves key={group.id} group={group} curves={curves} range={range} zoom={zoom} />
      ))}
    </>
  );
}

interface OwnCurvesProps {
  readonly group: CurveGroup;
  readonly curves: RunCurves;
  readonly range: StepRange;
  readonly zoom: (range: StepRange) => void;
}

function OwnCurves({ group, curves, range, zoom }: OwnCurvesProps) {
  const [shown, show] = useState(firstParts(group));
  return <CurvePanel group={group} curves={curves} shown={shown} show={show} range={range} zoom={zoom} />;
}
