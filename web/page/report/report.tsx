import type { ComponentChildren } from 'preact';
import type { Comparison } from '../../contract/compare.ts';
import type { Report as RunReport } from '../../contract/report.ts';
import { ClassTable } from '../compare/class-table.tsx';
import { ConfusionTable } from '../compare/confusion-table.tsx';
import { KindTabs } from '../compare/kind-tabs.tsx';
import { RoundTable } from '../compare/round-table.tsx';
import { StudentTable } from '../compare/student-table.tsx';
import { Served } from '../link.tsx';
import { LabelBars } from '../run/label-bars.tsx';
import { momentWords } from '../run/words.ts';
import { ClassFates } from './class-fates.tsx';
import { ReportCurves } from './report-curves.tsx';
import { ReportHead, ReportSettings } from './report-head.tsx';
import { RoundRows } from './round-rows.tsx';
import { SampleGallery } from './sample-gallery.tsx';
import { SetAside } from './set-aside.tsx';
import '../views/run.css';
import '../views/policy.css';
import '../views/compare.css';
import './report.css';

/** A run as it was at a moment, on one page. */
export function Report({ report }: { readonly report: RunReport }) {
  const { run, rounds, curves, classes, comparison, sample, madeAtMs } = report;
  return (
    <Served.Provider value={false}>
      <main class="report run-view">
        <ReportHead report={report} />
        <Part id="rounds" title="Rounds">
          <RoundRows {...report} />
        </Part>
        <ReportCurves curves={curves} />
        <Part id="labels" title="Labels kept and dropped" isNarrow>
          <LabelBars rounds={rounds} />
        </Part>
        <Part id="classes" title="Labels by class">
          <ClassFates rounds={classes} />
        </Part>
        <Part id="comparison" title="The last two rounds">
          {comparison === null ? (
            <p class="quiet">There is nothing to compare: that takes two rounds with labels.</p>
          ) : (
            <TwoRounds comparison={comparison} />
          )}
        </Part>
        <Part id="sample" title="A sample of labels">
          {sample === null ? <p class="quiet">Nothing has been labeled.</p> : <SampleGallery sample={sample} />}
        </Part>
        <Part id="aside" title="Left out, and warnings">
          <SetAside {...report} />
        </Part>
        <Part id="settings" title="Settings that differ from the defaults">
          <ReportSettings {...run} />
        </Part>
        <footer class="quiet wide">
          Made {momentWords(madeAtMs)} by selfpaste {run.reportedBy}. Times are those of your clock.
        </footer>
      </main>
    </Served.Provider>
  );
}

interface PartProps {
  readonly id: string;
  readonly title: string;
  readonly children: ComponentChildren;
  /** Beside another part, where there is room for two. */
  readonly isNarrow?: boolean;
}

function Part({ id, title, children, isNarrow = false }: PartProps) {
  return (
    <section class={`panel${isNarrow ? '' : ' wide'}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

function TwoRounds({ comparison }: { readonly comparison: Comparison }) {
  return (
    <div class="compare">
      <KindTabs changes={comparison.changes} />
      <div class="beside">
        <ConfusionTable comparison={comparison} />
        <RoundTable comparison={comparison} />
      </div>
      <ClassTable comparison={comparison} />
      <StudentTable comparison={comparison} />
    </div>
  );
}
