interface ChoiceProps {
  readonly title: string;
  readonly value: string | undefined;
  /** What no choice means. */
  readonly none: string;
  readonly options: readonly string[] | Readonly<Record<string, string>>;
  readonly choose: (value: string | null) => void;
}

/** One of some values, or none of them. */
export function Choice({ title, value = '', none, options, choose }: ChoiceProps) {
  const named = Object.entries(Array.isArray(options) ? Object.fromEntries(options.map((one: string) => [one, one])) : options);
  // What an address asks for is shown even where the run has nothing of the kind.
  const all = value === '' || named.some(([one]) => one === value) ? named : [...named, [value, value] as const];
  return (
    <label class="choice">
      <span>{title}</span>
      <select value={value} onChange={(event) => choose(event.currentTarget.value === '' ? null : event.currentTarget.value)}>
        <option value="">{none}</option>
        {all.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
