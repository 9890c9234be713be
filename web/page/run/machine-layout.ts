import type { MachineGraph, MachineNode, Way } from '../../../pipeline/index.ts';

/** A state and where it stands: column and row of a grid, which may lie between two. */
export interface PlacedNode extends MachineNode {
  readonly column: number;
  readonly row: number;
}

/** An arrow between states that stand in the grid. */
export interface PlacedWay {
  readonly from: PlacedNode;
  readonly to: PlacedNode;
  /** What decides for it; '' where nothing does. */
  readonly why: string;
}

export interface MachineLayout {
  readonly nodes: readonly PlacedNode[];
  /** The ways of a run to which nothing happens. */
  readonly ways: readonly PlacedWay[];
  readonly columns: number;
}

/** Rows: what comes before the rounds, the round, and what any stage may come to. */
const ROWS = { before: 0, round: 1, beside: 2 } as const;

/**
 * Places the machine's states as people think of them: the stages of a round in their order, what comes before the first round above
 * the stages that it leads to, and below them where a run waits or ends before its time. What is passed through on entering is left out.
 */
export function layoutOf({ states, ways }: MachineGraph): MachineLayout {
  const plain = ways.filter(({ event, from, to }) => (event === 'done' || event === '') && from !== to);
  const choices = new Set(states.filter(({ kind }) => kind === 'choice').map(({ name }) => name));
  const isStage = (name: string) => states.some((state) => state.name === name && state.kind === 'stage');
  const decide = plain.find(({ from, to }) => isStage(from) && choices.has(to))?.to ?? '';
  const round = roundOf(plain, decide, isStage);
  const goal = plain.find(({ from, to }) => from === decide && !isStage(to))?.to ?? '';
  const line = [...round, decide, goal];
  const before = states.filter(({ name, kind }) => kind === 'stage' && !line.includes(name)).map(({ name }) => name);
  const beside = states.filter(({ name, kind }) => (kind === 'held' || kind === 'end') && !line.includes(name)).map(({ name }) => name);
  const spread = (line.length - 1) / Math.max(1, beside.length);
  const columnOf = new Map<string, Pick<PlacedNode, 'column' | 'row'>>([
    ...line.map((name, at) => [name, { column: at, row: ROWS.round }] as const),
    ...before.map((name, at) => [name, { column: at + 1, row: ROWS.before }] as const),
    ...beside.map((name, at) => [name, { column: (at + 0.5) * spread, row: ROWS.beside }] as const),
  ]);
  const nodes = states.flatMap((state) => {
    const place = columnOf.get(state.name);
    return place ? [{ ...state, ...place }] : [];
  });
  return { nodes, ways: placedWays(plain, nodes), columns: line.length };
}

/** The stages that follow one another from where a decision leads back to, to the decision. */
function roundOf(ways: readonly Way[], decide: string, isStage: (name: string) => boolean): string[] {
  const round: string[] = [];
  let at = ways.find(({ from, to }) => from === decide && isStage(to))?.to;
  while (at !== undefined && isStage(at) && !round.includes(at)) {
    round.push(at);
    at = ways.find(({ from, event }) => from === round.at(-1) && event === 'done')?.to;
  }
  return round;
}

function placedWays(ways: readonly Way[], nodes: readonly PlacedNode[]): PlacedWay[] {
  const placed = new Map<string, PlacedWay>();
  const nodeOf = (name: string) => nodes.find((node) => node.name === name);
  for (const { from: fromName, to: toName, guard } of ways) {
    const [from, to] = [nodeOf(fromName), nodeOf(toName)];
    if (from === undefined || to === undefined || from.row === ROWS.beside) continue;
    const key = `${fromName} ${toName}`;
    const why = [placed.get(key)?.why, guard].filter(Boolean).join(' or ');
    placed.set(key, { from, to, why });
  }
  return [...placed.values()];
}
