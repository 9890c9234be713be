import { useId } from 'preact/hooks';
import { diameter, type MaskDrawing, MOST_DIAMETER, TOOLS, type Tool, tool } from './mask-drawing.ts';

interface MaskToolbarProps {
  readonly title: string;
  readonly drawing: MaskDrawing;
  readonly keep: () => void;
  readonly drop: () => void;
}

const KEYS: Readonly<Record<Tool, string>> = { brush: 'b', eraser: 'e', polygon: 'p', move: 'h' };

/** The tools of a mask, what it has now, and the ways out. */
export function MaskToolbar({ title, drawing, keep, drop }: MaskToolbarProps) {
  const area = drawing.areaPx2.value;
  const isEmpty = area === 0 && !drawing.canFill;
  return (
    <div class="mask-toolbar" role="toolbar" aria-label={`tools for the ${title}`}>
      <strong>{title}</strong>
      {TOOLS.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={tool.value === one}
          onClick={() => {
            tool.value = one;
          }}
        >
          {one} <kbd>{KEYS[one]}</kbd>
        </button>
      ))}
      {tool.value === 'polygon' ? <PolygonButtons drawing={drawing} /> : <BrushSize />}
      <button type="button" disabled={!drawing.canUndo.value && drawing.corners.value.length === 0} onClick={() => drawing.undo()}>
        undo <kbd>u</kbd>
      </button>
      <button type="button" disabled={!drawing.canRedo.value} onClick={() => drawing.redo()}>
        redo <kbd>y</kbd>
      </button>
      <span class="number area">{area.toLocaleString('en')} px</span>
      <button type="button" class="main" disabled={isEmpty} title={isEmpty ? 'an empty mask is no label' : ''} onClick={keep}>
        keep <kbd>Enter</kbd>
      </button>
      <button type="button" onClick={drop}>
        drop <kbd>Esc</kbd>
      </button>
    </div>
  );
}

function PolygonButtons({ drawing }: { readonly drawing: MaskDrawing }) {
  return (
    <>
      <button type="button" disabled={!drawing.canFill} onClick={() => drawing.fill(1)}>
        fill <kbd>f</kbd>
      </button>
      <button type="button" disabled={!drawing.canFill} onClick={() => drawing.fill(0)}>
        cut out <kbd>x</kbd>
      </button>
    </>
  );
}

function BrushSize() {
  const slider = useId();
  return (
    <span class="brush-size">
      <label for={slider}>
        size <kbd>[</kbd> <kbd>]</kbd>
      </label>
      <input
        id={slider}
        type="range"
        min={1}
        max={MOST_DIAMETER}
        value={diameter.value}
        onInput={(event) => {
          diameter.value = Number(event.currentTarget.value);
        }}
      />
      <span class="number">{diameter.value} px</span>
    </span>
  );
}
