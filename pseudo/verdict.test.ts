import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPolicy } from './policy.ts';
import { allRejected, BOX, CAT, candidate, corrected, DOG, drawn, moved, saidOf } from './test-candidates.ts';
import { type Candidate, judge, type Ruling, type Verdict } from './verdict.ts';

interface Case {
  readonly name: string;
  readonly candidates: readonly Candidate[];
  readonly verdicts: readonly Verdict[];
  readonly rulings: readonly Ruling[];
  readonly drawn?: readonly number[];
}

const away = moved(BOX, 14);
/** IoU with BOX: 1 px away 0.90, 2 px 0.82, 3 px 0.74, 4 px 0.67, 6 px 0.54. */
const CASES: readonly Case[] = [
  { name: 'nothing was said', candidates: [candidate(1, 0.9)], verdicts: [], rulings: ['silent'] },
  {
    name: 'a prediction that was corrected is replaced, and so is what a later round says of the same object',
    candidates: [candidate(1, 0.9), candidate(11, 0.9, moved(BOX, 2)), candidate(12, 0.9, moved(BOX, 3))],
    verdicts: [corrected(candidate(1, 0.9), 5, away)],
    rulings: ['replaced', 'replaced', 'silent'],
    drawn: [5],
  },
  {
    name: 'a new class replaces the old one, the new one and any other name of the object',
    candidates: [candidate(11, 0.9, BOX, CAT), candidate(12, 0.9, moved(BOX, 4), DOG), candidate(13, 0.9, moved(BOX, 6), DOG)],
    verdicts: [corrected(candidate(1, 0.9, BOX, CAT), 5, BOX, DOG)],
    rulings: ['replaced', 'replaced', 'silent'],
    drawn: [5],
  },
  {
    name: 'a drawing replaces what NMS would not let stand beside it',
    candidates: [candidate(1, 0.9, moved(BOX, 4)), candidate(2, 0.9, moved(BOX, 4), DOG), candidate(3, 0.9, moved(BOX, 1), DOG)],
    verdicts: [drawn(5, BOX)],
    rulings: ['replaced', 'silent', 'replaced'],
    drawn: [5],
  },
  {
    name: 'a drawing that was corrected is the later drawing',
    candidates: [candidate(1, 0.9), candidate(2, 0.9, away)],
    verdicts: [{ ...drawn(7, away), verdict: 'corrected' } as Verdict],
    rulings: ['silent', 'replaced'],
    drawn: [7],
  },
  {
    name: 'an accepted prediction stands beside a drawing; one that is only recognized does not',
    candidates: [candidate(1, 0.9), candidate(2, 0.9, moved(BOX, 1))],
    verdicts: [saidOf(candidate(1, 0.9), 'accepted'), drawn(5, BOX)],
    rulings: ['accepted', 'replaced'],
    drawn: [5],
  },
  {
    name: 'a rejected image keeps what was drawn',
    candidates: [candidate(1, 0.9), candidate(2, 0.9, away)],
    verdicts: [allRejected, drawn(6, BOX), drawn(5, away)],
    rulings: ['rejected', 'rejected'],
    drawn: [5, 6],
  },
  {
    name: 'of two verdicts about neighbours the nearer one counts',
    candidates: [candidate(11, 0.9, moved(BOX, 1))],
    verdicts: [saidOf(candidate(1, 0.9), 'accepted'), saidOf(candidate(2, 0.9, moved(BOX, 3)), 'rejected')],
    rulings: ['recognized'],
  },
  {
    name: 'of two verdicts about one object the later one counts, though the earlier is nearer',
    candidates: [candidate(21, 0.9)],
    verdicts: [saidOf(candidate(1, 0.9), 'accepted', 6), saidOf(candidate(11, 0.9, moved(BOX, 2)), 'rejected', 7)],
    rulings: ['rejected'],
  },
  {
    name: 'the later verdict may be about the earlier prediction',
    candidates: [candidate(21, 0.9)],
    verdicts: [saidOf(candidate(1, 0.9, moved(BOX, 2)), 'accepted', 7), saidOf(candidate(11, 0.9), 'rejected', 6)],
    rulings: ['recognized'],
  },
  {
    name: 'an object that was corrected twice has the later drawing alone',
    candidates: [candidate(21, 0.9), candidate(22, 0.9, away)],
    verdicts: [corrected(candidate(1, 0.9), 5, away), corrected(candidate(11, 0.9, moved(BOX, 1)), 6, BOX, DOG)],
    rulings: ['replaced', 'silent'],
    drawn: [6],
  },
  {
    name: 'an object that was corrected and then rejected has no drawing',
    candidates: [candidate(21, 0.9), candidate(22, 0.9, away)],
    verdicts: [corrected(candidate(1, 0.9), 5, away), saidOf(candidate(11, 0.9, moved(BOX, 1)), 'rejected')],
    rulings: ['rejected', 'silent'],
  },
  {
    name: 'an object that was corrected and then accepted has no drawing, also where the corrected prediction is looked at again',
    candidates: [candidate(1, 0.9), candidate(2, 0.9, away)],
    verdicts: [corrected(candidate(1, 0.9), 5, away), saidOf(candidate(11, 0.9, moved(BOX, 1)), 'accepted')],
    rulings: ['recognized', 'silent'],
  },
  {
    name: 'a later word on what lies there with another name, or a little further away, takes no drawing away',
    candidates: [],
    verdicts: [
      corrected(candidate(1, 0.9), 5, away),
      saidOf(candidate(11, 0.9, BOX, DOG), 'rejected'),
      saidOf(candidate(12, 0.9, moved(BOX, 3)), 'rejected'),
    ],
    rulings: [],
    drawn: [5],
  },
  {
    name: 'a twin of the same round that was rejected later takes nothing from what was corrected or accepted',
    candidates: [candidate(11, 0.9), candidate(12, 0.9, away)],
    verdicts: [
      corrected(candidate(1, 0.9), 4, BOX, DOG),
      saidOf(candidate(2, 0.3, moved(BOX, 1)), 'rejected', 5),
      saidOf(candidate(3, 0.9, away), 'accepted', 6),
      saidOf(candidate(4, 0.3, moved(away, 1)), 'rejected', 7),
    ],
    rulings: ['replaced', 'recognized'],
    drawn: [4],
  },
  {
    name: 'what was said of a prediction itself yields to a later word on its former self',
    candidates: [candidate(11, 0.9)],
    verdicts: [saidOf(candidate(1, 0.9), 'rejected', 7), saidOf(candidate(11, 0.9), 'accepted', 6)],
    rulings: ['rejected'],
  },
  {
    name: 'an object that drifted from round to round is followed: the first word stays silent where only the second is near it',
    candidates: [candidate(31, 0.9)],
    verdicts: [
      corrected(candidate(1, 0.9), 5, away),
      corrected(candidate(11, 0.9, moved(BOX, 2)), 12, away, DOG),
      saidOf(candidate(21, 0.9, moved(BOX, 4)), 'rejected'),
    ],
    rulings: ['silent'],
  },
];

for (const { name, candidates, verdicts, rulings, drawn: labels = [] } of CASES)
  test(name, () => assert.deepEqual(judge(candidates, verdicts, defaultPolicy), { rulings, drawn: labels }));
