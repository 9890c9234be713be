import { signal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { EventLine } from '../../contract/run.ts';
import { read } from '../client.ts';
import { bindKeys } from '../keys.ts';
import { onHappened } from '../live.ts';
import { Problem } from '../loading.tsx';
import { addressOf, goTo, place } from '../location.ts';
import { Scrolls } from '../scrolls.tsx';
import { mergedEvents } from './run-facts.ts';
import { clockWords, momentWords } from './words.ts';

/** The run's diary, newest first: as it comes, and as far back as somebody wants to read. */
export function EventList() {
  const isWarnings = place.value.query.events === 'warnings';
  const diary = useMemo(() => new Diary(isWarnings), [isWarnings]);
  useEffect(() => {
    const end = onHappened((event) => diary.hear(event));
    void diary.ask();
    return end;
  }, [diary]);
  useEffect(() => bindKeys([{ key: 'w', does: 'warnings only, or all events', act: toggleWarnings }]), []);
  const told = useSignal('');
  const events = diary.events.value;
  const newest = events[0];
  useEffect(() => {
    if (newest !== undefined && newest.level !== 'info') told.value = newest.text;
  }, [newest?.id]);
  return (
    <>
      <div class="row">
        <h2>Events</h2>
        <label>
          <input type="checkbox" checked={isWarnings} onChange={toggleWarnings} /> warnings only <kbd>w</kbd>
        </label>
      </div>
      <p class="hidden-label" role="status">
        {told.value}
      </p>
      {diary.problem.value && <Problem error={diary.problem.value} />}
      {events.length === 0 && !diary.problem.value && <p class="quiet">{isWarnings ? 'No warnings.' : 'Nothing has happened.'}</p>}
      <Scrolls label="events, newest first" class="events-frame">
        <ol class="events">
          {events.map((event) => (
            <EventItem key={event.id} event={event} />
          ))}
          {diary.more.value && (
            <li>
              <button type="button" onClick={() => void diary.ask()}>
                earlier events
              </button>
            </li>
          )}
        </ol>
      </Scrolls>
    </>
  );
}

const LEVELS: Readonly<Record<EventLine['level'], string>> = { info: '', warn: 'warning', error: 'error' };

function EventItem({ event: { atMs, level, text } }: { readonly event: EventLine }) {
  return (
    <li class={`event ${level}`}>
      <time class="number quiet" dateTime={new Date(atMs).toISOString()} title={momentWords(atMs)}>
        {clockWords(atMs)}
      </time>
      <span>
        {level !== 'info' && <strong>{LEVELS[level]} </strong>}
        {text}
      </span>
    </li>
  );
}

function toggleWarnings(): void {
  const { path, query } = place.peek();
  goTo(addressOf(path, { ...query, events: query.events === 'warnings' ? null : 'warnings' }), 'replace');
}

/** Events that are shown, and whether there are earlier ones. */
class Diary {
  readonly events = signal<readonly EventLine[]>([]);
  readonly more = signal(false);
  readonly problem = signal<Error | null>(null);
  readonly #isWarnings: boolean;

  constructor(isWarnings: boolean) {
    this.#isWarnings = isWarnings;
  }

  hear(event: EventLine): void {
    if (this.#isWarnings && event.level === 'info') return;
    this.events.value = mergedEvents(this.events.value, [event]);
  }

  /** The newest page, or the one behind what is shown. */
  async ask(): Promise<void> {
    const before = this.events.value.at(-1)?.id;
    try {
      const { events, more } = await read('/api/run/events', { before, which: this.#isWarnings ? 'warnings' : null });
      this.events.value = mergedEvents(this.events.value, events);
      this.more.value = more;
      this.problem.value = null;
    } catch (error) {
      this.problem.value = error as Error;
    }
  }
}
