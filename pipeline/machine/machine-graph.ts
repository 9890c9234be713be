import { getStateNodes } from 'xstate/graph';
import { machine, STAGES } from './machine.ts';

/** The machine as states and the ways between them, as its code has them: for pictures and for tests of every way. */
export interface MachineGraph {
  readonly states: readonly MachineNode[];
  readonly ways: readonly Way[];
}

export interface MachineNode {
  readonly name: string;
  /** `stage` works, `held` waits for a deadline or a word, `choice` is passed through, `end` is final. */
  readonly kind: 'stage' | 'held' | 'choice' | 'end';
}

/** From a state to one that is entered; where it stays where it is, `to` is `from`. */
export interface Way {
  readonly from: string;
  readonly to: string;
  /** `done` and `error` of the stage at work, '' where nothing has to happen, or what was asked for. */
  readonly event: 'done' | 'error' | '' | 'pause' | 'stop' | 'go-on';
  /** What decides between several ways of one event; null for the last of them. */
  readonly guard: string | null;
}

export function machineGraph(): MachineGraph {
  const nodes = getStateNodes(machine);
  return {
    states: nodes.map((node) => ({ name: node.key, kind: kindOf(node) })),
    ways: nodes.flatMap((node) => [...waysOf(node, node.key), ...inheritedWays(node)]),
  };
}

type Node = ReturnType<typeof getStateNodes>[number];

function kindOf({ key, type, always }: Node): MachineNode['kind'] {
  if (type === 'final') return 'end';
  if ((STAGES as readonly string[]).includes(key)) return 'stage';
  return (always ?? []).length > 0 ? 'choice' : 'held';
}

function waysOf(node: Node, from: string): Way[] {
  const transitions = [...(node.always ?? []), ...[...node.transitions.values()].flat()];
  return transitions.map(({ eventType, guard, target }) => ({
    from,
    to: target?.[0]?.key ?? from,
    event: shortEvent(eventType),
    guard: guardName(guard),
  }));
}

/** What the machine as a whole answers to, where the state itself does not. States that are passed through hear nothing. */
function inheritedWays(node: Node): Way[] {
  if (kindOf(node) === 'choice' || node.type === 'final') return [];
  return waysOf(machine.root, node.key).filter(({ event }) => !node.transitions.has(event));
}

function shortEvent(type: string): Way['event'] {
  if (type.startsWith('xstate.done')) return 'done';
  return type.startsWith('xstate.error') ? 'error' : (type as Way['event']);
}

function guardName(guard: unknown): string | null {
  if (guard === undefined) return null;
  if (typeof guard === 'string') return guard;
  const { type, params } = guard as { readonly type: string; readonly params?: unknown };
  return params === undefined ? type : `${type} ${params}`;
}
