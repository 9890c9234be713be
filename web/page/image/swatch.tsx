interface SwatchProps {
  /** `human`, `kept` and so on, or `class-` and the place of a class among the colours. */
  readonly color: string;
}

/** The colour of masks, beside their name. */
export function Swatch({ color }: SwatchProps) {
  return <span class={`mask-swatch swatch-${color}`} aria-hidden="true" />;
}
