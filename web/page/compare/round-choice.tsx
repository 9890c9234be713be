import type { Comparison } from '../../contract/compare.ts';
import { addressOf, goTo, place } from '../location.ts';

/** Which two rounds are compared. */
export function RoundChoice({ comparison: { rounds, from, to } }: { readonly comparison: Comparison }) {
  const choose = (a: string, b: string) => goTo(addressOf('/compare', { ...place.value.query, a, b }));
  return (
    <div class="row">
      <label>
        round{' '}
        <select value={String(from.round)} onChange={({ currentTarget }) => choose(currentTarget.value, String(to.round))}>
          {rounds
            .filter((round) => round < to.round)
            .map((round) => (
              <option key={round} value={String(round)}>
                {round}
              </option>
            ))}
        </select>
      </label>
      <label>
        and round{' '}
        <select
          value={String(to.round)}
          onChange={({ currentTarget }) => choose(earlier(from.round, currentTarget.value), currentTarget.value)}
        >
          {rounds.slice(1).map((round) => (
            <option key={round} value={String(round)}>
              {round}
            </option>
          ))}
        </select>
      </label>
    </div>
  );

  /** A later round may be chosen that is not behind the earlier one. */
  function earlier(round: number, later: string): string {
    return String(round < Number(later) ? round : (rounds.findLast((one) => one < Number(later)) ?? round));
  }
}
