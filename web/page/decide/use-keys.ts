import { useEffect, useRef } from 'preact/hooks';
import { bindKeys, type KeyBinding } from '../keys.ts';

/** The keys of a component while it is shown. They are bound once, and do what they were last said to do. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => bindKeys(bindings.map(({ key, does }, at) => ({ key, does, act: () => latest.current[at]?.act() }))), []);
}
