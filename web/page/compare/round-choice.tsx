import type { Comparison } from '../../contract/compare.ts';
import { addressOf, goTo, place } from '../location.ts';
import { RoundSelect } from '../round-select.tsx';

/** Which two rounds are compared. */
export function RoundChoice({ comparison: { rounds, from, to } }: { readonly comparison: Comparison }) {
  const choose = (a: string, b: string) => goTo(addressOf('/compare', { ...place.value.query, a, b }));
  return (
    <div class="row">
      <RoundSelect
        label="round"
        rounds={rounds.filter((round) => round < to.round)}
        chosen={from.round}
        choose={(round) => choose(round, String(to.round))}
      />
      <RoundSelect
        label="and round"
        rounds={rounds.slice(1)}
        chosen={to.round}
        choose={(round) => choose(earlier(from.round, round), round)}
      />
    </div>
  );

  /** A later round may be chosen that is not behind the earlier one. */
  function earlier(round: number, later: string): string {
    return String(round < Number(later) ? round : (rounds.findLast((one) => one < Number(later)) ?? round));
  }
}
