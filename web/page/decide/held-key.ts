let held = false;

/** Whether the key that acts is held down: who decides looks at every label, and presses anew. */
export const isHeldDown = (): boolean => held;

// Before the listener that acts on keys.
window.addEventListener(
  'keydown',
  ({ repeat }) => {
    held = repeat;
  },
  true,
);
window.addEventListener(
  'keyup',
  () => {
    held = false;
  },
  true,
);
