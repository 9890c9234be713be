import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { MachineGraph } from '../../../pipeline/index.ts';
import type { LiveState } from '../../contract/run.ts';
import { Scrolls } from '../scrolls.tsx';
import { layoutOf, type PlacedNode, type PlacedWay } from './machine-layout.ts';
import { spaced } from './words.ts';

const NODE = { width: 92, height: 36 } as const;
const CELL = { width: 124, height: 84 } as const;
const MARGIN = 10;

const KINDS: Readonly<Record<PlacedNode['kind'], string>> = {
  stage: 'stage',
  held: 'waits for a time or a word',
  choice: 'decision',
  end: 'end',
};

interface MachinePictureProps {
  readonly machine: MachineGraph;
  readonly now: LiveState | null;
}

/** The machine of a run as its code has it, with the state lit in which the run is. */
export function MachinePicture({ machine, now }: MachinePictureProps) {
  const { nodes, ways, columns } = useMemo(() => layoutOf(machine), [machine]);
  const [width, height] = [columns * CELL.width - (CELL.width - NODE.width) + 2 * MARGIN, 2 * CELL.height + NODE.height + 2 * MARGIN + 18];
  const next = now === null || now.state.kind === 'finished' ? null : now.state.stage;
  const svg = useRef<SVGSVGElement>(null);
  useEffect(() => showLit(svg.current), [now?.lit]);
  const beside = nodes.filter(({ row }) => row === 2);
  const words = `states: ${nodes.map(({ name }) => name).join(', ')}; ${now?.lit == null ? 'the run is in none of them' : `the run is in ${now.lit}`}`;
  return (
    <Scrolls label="machine of the run">
      <svg ref={svg} class="machine" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={words}>
        <defs>
          <marker id="arrow-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path class="arrow-head" d="M0 0 8 4 0 8z" />
          </marker>
        </defs>
        {beside.length > 0 && <Beside nodes={beside} width={width} />}
        {ways.map((way) => (
          <Arrow key={`${way.from.name} ${way.to.name}`} way={way} />
        ))}
        {nodes.map((node) => (
          <State key={node.name} node={node} isLit={node.name === now?.lit} isNext={node.name === next && node.name !== now?.lit} />
        ))}
      </svg>
    </Scrolls>
  );
}

/** On a narrow page the picture is wider than its frame. */
function showLit(svg: SVGSVGElement | null): void {
  const frame = svg?.parentElement;
  const lit = svg?.querySelector('.lit')?.getBoundingClientRect();
  if (frame && lit) frame.scrollLeft += lit.left + lit.width / 2 - frame.getBoundingClientRect().left - frame.clientWidth / 2;
}

const leftOf = ({ column }: PlacedNode): number => MARGIN + column * CELL.width;
const topOf = ({ row }: PlacedNode): number => MARGIN + row * CELL.height + (row === 2 ? 14 : 0);

interface StateProps {
  readonly node: PlacedNode;
  readonly isLit: boolean;
  /** Whether the run goes on there, though it is elsewhere now. */
  readonly isNext: boolean;
}

function State({ node, isLit, isNext }: StateProps) {
  const { name, kind } = node;
  const [x, y] = [leftOf(node), topOf(node)];
  const words = `${name}, ${KINDS[kind]}${isLit ? ', the run is here' : isNext ? ', the run goes on here' : ''}`;
  return (
    <g class={`state ${kind} ${name}${isLit ? ' lit' : ''}${isNext ? ' next' : ''}`}>
      <title>{words}</title>
      <rect x={x} y={y} width={NODE.width} height={NODE.height} rx={kind === 'choice' ? NODE.height / 2 : 6} />
      <text x={x + NODE.width / 2} y={y + NODE.height / 2}>
        {name}
      </text>
    </g>
  );
}

/** What any stage may come to: one frame stands for the arrows from all of them. */
function Beside({ nodes, width }: { readonly nodes: readonly PlacedNode[]; readonly width: number }) {
  const top = Math.min(...nodes.map(topOf)) - 24;
  return (
    <g class="beside">
      <rect x={2} y={top} width={width - 4} height={NODE.height + 32} rx={8} />
      <text x={12} y={top + 12}>
        from any stage
      </text>
    </g>
  );
}

function Arrow({ way }: { readonly way: PlacedWay }) {
  const path = pathOf(way);
  const label = labelPlace(way);
  return (
    <g class="way">
      <path d={path} marker-end="url(#arrow-head)">
        <title>{`${way.from.name} to ${way.to.name}${way.why === '' ? '' : `: ${spaced(way.why)}`}`}</title>
      </path>
      {isLoop(way) && (
        <text x={label.x} y={label.y}>
          next round
        </text>
      )}
    </g>
  );
}

const isLoop = ({ from, to }: PlacedWay): boolean => from.row === to.row && to.column < from.column;

/** Straight to the neighbour on the right, down to the row below, and in an arc under the row back to its beginning. */
function pathOf(way: PlacedWay): string {
  const { from, to } = way;
  const [x, y] = [leftOf(from), topOf(from)];
  const [endX, endY] = [leftOf(to), topOf(to)];
  const middle = y + NODE.height / 2;
  if (isLoop(way)) {
    const [start, end, low] = [x + NODE.width / 2, endX + NODE.width / 2, y + NODE.height + 18];
    return `M${start} ${y + NODE.height} V${low - 6} q0 6 -6 6 H${end + 6} q-6 0 -6 -6 V${y + NODE.height + 2}`;
  }
  if (from.row === to.row) return `M${x + NODE.width} ${middle} H${endX - 2}`;
  const turnY = (y + NODE.height + endY) / 2;
  const [start, end] = [x + NODE.width / 2, endX + NODE.width / 2];
  return `M${start} ${y + NODE.height} C${start} ${turnY} ${end} ${turnY} ${end} ${endY - 2}`;
}

function labelPlace({ from, to }: PlacedWay): { readonly x: number; readonly y: number } {
  return { x: (leftOf(from) + leftOf(to) + NODE.width) / 2, y: topOf(from) + NODE.height + 18 };
}
