interface RoundSelectProps {
  readonly label: string;
  readonly rounds: readonly number[];
  readonly chosen: number;
  readonly choose: (round: string) => void;
}

/** One of the rounds that a view can show. */
export function RoundSelect({ label, rounds, chosen, choose }: RoundSelectProps) {
  return (
    <label>
      {label}{' '}
      <select value={String(chosen)} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {rounds.map((round) => (
          <option key={round} value={String(round)}>
            {round}
          </option>
        ))}
      </select>
    </label>
  );
}
