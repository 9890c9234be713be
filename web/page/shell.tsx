import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { boundKeys } from './keys.ts';
import { Link } from './link.tsx';
import { place } from './location.ts';
import { runSummary } from './run-summary.ts';
import { VIEWS, viewAt } from './views.ts';

/** What stands around every view: the run's name and state, the way to the other views, and the keys. */
export function Shell() {
  const view = viewAt(place.value.path);
  const [helps, setHelps] = useState(false);
  const head = useRef<HTMLElement>(null);
  useClearOf(head);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === '?' && !(event.target instanceof HTMLInputElement)) setHelps((shown) => !shown);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const summary = runSummary.value;
  useEffect(() => {
    document.title = `${view.title}${summary ? ` · ${summary.name}` : ''} · selfpaste`;
  }, [view.title, summary?.name]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        to the contents
      </a>
      <header ref={head}>
        <h1 title={summary?.name}>{summary?.name ?? 'selfpaste'}</h1>
        <span class="quiet" role="status">
          {summary?.state ?? ''}
        </span>
        <nav aria-label="views">
          {VIEWS.filter(({ inMenu }) => inMenu).map(({ path, title }) => (
            <Link key={path} to={path} current={path === view.path}>
              {title}
            </Link>
          ))}
        </nav>
        <button type="button" onClick={() => setHelps(true)}>
          keys <kbd>?</kbd>
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        <view.Show />
      </main>
      {helps && <KeyHelp close={() => setHelps(false)} />}
    </div>
  );
}

/** What is scrolled to, or gets the focus, is not below the head, which is the higher the narrower the window is. */
function useClearOf(head: { readonly current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const element = head.current as HTMLElement;
    const sizes = new ResizeObserver(() => {
      document.documentElement.style.scrollPaddingTop = `${element.offsetHeight}px`;
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
}

function KeyHelp({ close }: { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-label="keys">
      <table>
        <tbody>
          {boundKeys().map(({ key, does }) => (
            <tr key={key}>
              <td>
                <kbd>{key === ' ' ? 'Space' : key}</kbd>
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form method="dialog">
        <button type="submit">close</button>
      </form>
    </dialog>
  );
}
