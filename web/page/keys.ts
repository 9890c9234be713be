/** A key and what it does in the view that is shown. */
export interface KeyBinding {
  /** As `KeyboardEvent.key`, one character in small letters or a name as `ArrowLeft`; with `Shift+`, `Control+` before it where held. */
  readonly key: string;
  readonly does: string;
  readonly act: () => void;
}

/** What is shown last goes first, as an editor over a picture. */
let layers: readonly (readonly KeyBinding[])[] = [];

/** The keys of what is shown. @returns what takes them away again */
export function bindKeys(bindings: readonly KeyBinding[]): () => void {
  layers = [bindings, ...layers];
  return () => {
    layers = layers.filter((layer) => layer !== bindings);
  };
}

/** Each key once, as it acts now. */
export function boundKeys(): readonly KeyBinding[] {
  const byKey = new Map(layers.toReversed().flatMap((layer) => layer.map((binding) => [binding.key, binding] as const)));
  return [...byKey.values()];
}

/** Who types does not press keys of the view. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.matches('input:not([type=range], [type=checkbox], [type=radio]), textarea, select') || target.isContentEditable);

/** Who is on a button or a link presses that; a slider and a list of choices have arrows of their own. */
const isOperating = (target: EventTarget | null, key: string): boolean =>
  target instanceof Element &&
  ((['Enter', ' '].includes(key) && target.closest('button, a, summary') !== null) ||
    (key.startsWith('Arrow') && target.matches('input[type=range], input[type=radio]')));

function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  const name = key.length === 1 ? key.toLowerCase() : key;
  // A sign that needs Shift on one keyboard and not on another is the same sign.
  const shifted = shiftKey && (key.length > 1 || name !== name.toUpperCase());
  return `${ctrlKey || metaKey ? 'Control+' : ''}${shifted ? 'Shift+' : ''}${name}`;
}

window.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
  if (isOperating(event.target, event.key)) return;
  const binding = boundKeys().find(({ key }) => key === nameOf(event));
  if (binding === undefined) return;
  event.preventDefault();
  binding.act();
});
