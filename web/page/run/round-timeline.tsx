import { useRef, useState } from 'preact/hooks';
import type { LiveState, RunOverview } from '../../contract/run.ts';
import { type TimelineScale, timelineScale } from './timeline-scale.ts';
import { clockWords, durationWords, momentWords } from './words.ts';

/** A stage's stretch of work. */
interface Bar {
  readonly round: number;
  readonly stage: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** At work now. */
  readonly goesOn: boolean;
}

interface RoundTimelineProps {
  readonly overview: RunOverview;
  readonly now: LiveState | null;
}

/** Where the time of a run went: each round a row, each stage's stretch by its real time. */
export function RoundTimeline({ overview, now }: RoundTimelineProps) {
  const bars = barsOf(overview, now);
  const scale = timelineScale(bars);
  const [told, setTold] = useState<Bar | null>(null);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  if (bars.length === 0) return <p class="quiet">No stage has begun.</p>;
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(bars.length - 1, Math.max(0, at + step));
    setAt(next);
    list.current?.querySelectorAll<HTMLElement>('.stretch')[next]?.focus();
  };
  return (
    <div class="timeline" ref={list}>
      {overview.rounds.map(({ index, outcome }) => (
        <div class="timeline-row" key={index}>
          <span class="timeline-name">
            round {index}
            <span class="quiet">{outcome.state === 'open' ? '' : outcome.promoted ? ' promoted' : ' not promoted'}</span>
          </span>
          <div class="timeline-track">
            <Gaps scale={scale} />
            {bars.map((bar, number) =>
              bar.round !== index ? null : (
                <Stretch
                  key={`${bar.stage}${bar.fromMs}`}
                  bar={bar}
                  scale={scale}
                  tabIndex={number === Math.min(at, bars.length - 1) ? 0 : -1}
                  tell={() => setTold(bar)}
                  move={move}
                />
              ),
            )}
          </div>
        </div>
      ))}
      <p class="timeline-told quiet" aria-hidden="true">
        {told === null
          ? `${momentWords(bars[0]?.fromMs ?? 0)} to ${clockWords(bars.at(-1)?.toMs ?? 0)}; point at a stretch, or use ← →`
          : barWords(told)}
      </p>
    </div>
  );
}

interface StretchProps {
  readonly bar: Bar;
  readonly scale: TimelineScale;
  readonly tabIndex: number;
  readonly tell: () => void;
  readonly move: (event: KeyboardEvent) => void;
}

function Stretch({ bar, scale, tabIndex, tell, move }: StretchProps) {
  const [from, to] = [scale.at(bar.fromMs), scale.at(bar.toMs)];
  return (
    <button
      type="button"
      class={`stretch stage-${bar.stage}${bar.goesOn ? ' goes-on' : ''}`}
      style={{ left: `${100 * from}%`, width: `max(3px, ${100 * (to - from)}%)` }}
      tabIndex={tabIndex}
      aria-label={barWords(bar)}
      onMouseEnter={tell}
      onFocus={tell}
      onKeyDown={move}
    >
      <span>{bar.stage}</span>
    </button>
  );
}

function Gaps({ scale }: { readonly scale: TimelineScale }) {
  return (
    <>
      {scale.gaps.map(({ at, fromMs, toMs }) => (
        <span
          key={fromMs}
          class="timeline-gap"
          style={{ left: `${100 * at}%` }}
          title={`not at work for ${durationWords(toMs - fromMs)}`}
        />
      ))}
    </>
  );
}

const barWords = ({ round, stage, fromMs, toMs, goesOn }: Bar): string =>
  `round ${round} ${stage}: began ${momentWords(fromMs)}, ${goesOn ? 'at work for' : 'took'} ${durationWords(toMs - fromMs)}`;

/** What is over, and what goes on now: that is written when it ends. */
function barsOf({ stageTimes }: RunOverview, now: LiveState | null): Bar[] {
  const over = stageTimes.map(({ round, stage, startedAtMs, durationMs }) => ({
    round,
    stage,
    fromMs: startedAtMs,
    toMs: startedAtMs + durationMs,
    goesOn: false,
  }));
  if (now === null || now.state.kind !== 'running' || now.state.stage === 'decide') return over;
  const { round, stage } = now.state;
  const isOver = over.some((bar) => bar.round === round && bar.stage === stage && bar.fromMs >= now.sinceMs);
  return isOver ? over : [...over, { round, stage, fromMs: now.sinceMs, toMs: now.atMs, goesOn: true }];
}
