import { machineGraph, type Way } from './machine-graph.ts';

/** What a reader sees for a guard; one that is not here shows by its name. */
const WORDS: Readonly<Record<string, string>> = {
  teacherGiven: 'a teacher is given',
  lastRound: 'last round',
  notPromoted: 'not promoted',
  hasToWait: 'a deadline is left',
  'goesOnAt decide': 'a round is over',
  stopsHere: 'was asked to stop',
  pausesHere: 'was asked to pause',
  goesOnAfterAll: 'was told to go on before it paused',
  mayTryAgain: 'fails; it may pass',
};
const SHAPES = { stage: 'box', held: 'ellipse', choice: 'diamond', end: 'box' } as const;

/**
 * The machine in Graphviz' language. Ways that all stages share are drawn once, from and to the frame around them; those that lead
 * nowhere else are left out.
 */
export function machineDot(): string {
  const { states, ways } = machineGraph();
  const stages = states.filter(({ kind }) => kind === 'stage').map(({ name }) => name);
  const node = ({ name, kind }: (typeof states)[number]) =>
    `${name} [shape=${SHAPES[kind]}${kind === 'end' ? ', peripheries=2' : kind === 'stage' ? ', style="rounded,filled", fillcolor="#e8f0fe"' : ''}];`;
  return [
    'digraph run {',
    'compound=true; rankdir=LR; nodesep=0.35; ranksep=0.55; fontname="Helvetica";',
    'node [fontname="Helvetica", fontsize=13]; edge [fontname="Helvetica", fontsize=10, color="#555555"];',
    'subgraph cluster_stages { label="stages"; style="rounded"; color="#9aa0a6";',
    ...states.filter(({ kind }) => kind === 'stage').map(node),
    '}',
    ...states.filter(({ kind }) => kind !== 'stage').map(node),
    ...edges(
      ways.filter(({ from, to }) => from !== to),
      stages,
    ),
    '}',
  ].join('\n');
}

/** Where the frame's ways begin and end in it, as Graphviz draws none to a frame itself. */
const [FIRST, LAST] = ['label', 'promote'];

/** Ways between the same two places are one line with several words. */
function edges(ways: readonly Way[], stages: readonly string[]): string[] {
  const words = new Map<string, Set<string>>();
  for (const way of ways) {
    const { line, word } = edge(way, stages);
    words.set(line, (words.get(line) ?? new Set()).add(word));
  }
  return [...words].map(([line, each]) => line.replace('LABEL', [...each].filter(Boolean).join(' / ')));
}

function edge(way: Way, stages: readonly string[]): { readonly line: string; readonly word: string } {
  const { from, to } = way;
  const leaves = stages.includes(from) && way.event === 'error';
  const enters = stages.includes(to) && !stages.includes(from) && from !== 'decide';
  const attributes = [
    'label="LABEL"',
    ...(leaves ? ['ltail=cluster_stages', 'style=dashed'] : []),
    ...(enters ? ['lhead=cluster_stages'] : []),
  ];
  const line = `${leaves ? LAST : from} -> ${enters ? FIRST : to} [${attributes.join(', ')}];`;
  return { line, word: wordOf(way, enters) };
}

function wordOf({ from, event, guard }: Way, enters: boolean): string {
  if (guard !== null && !enters) return WORDS[guard] ?? guard;
  if (event === 'error') return 'fails';
  if (event === 'done') return from === 'waiting' ? 'it is time' : '';
  return event;
}
