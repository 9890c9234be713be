import { computed, type ReadonlySignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type Gestures, listenToGestures } from './gestures.ts';
import type { MaskSprite } from './mask-sprite.ts';
import './stage.css';
import { offset, resizeStage, showImage, showsPixels, zoom } from './viewport.ts';

/** Masks that are drawn together, the first ones below. */
export type StageLayer = readonly MaskSprite[];

interface PictureStageProps {
  readonly image: ImageBitmap;
  readonly layers: readonly StageLayer[];
  /** What the picture is, for who does not see it. */
  readonly label: string;
  readonly gestures: Gestures;
  /** Stands over the picture, as large as the stage. What takes the pointer there says so by `pointer-events`, and stops its events. */
  readonly children?: ComponentChildren;
}

/**
 * A picture with masks, to zoom and to move. Picture and masks are each one canvas that is painted when they change; moving and zooming
 * only place them anew, so that a frame costs the same whatever is on them.
 */
export function PictureStage({ image, layers, label, gestures, children }: PictureStageProps) {
  const stage = useRef<HTMLElement>(null);
  const board = useRef<HTMLDivElement>(null);
  const heard = useRef(gestures);
  heard.current = gestures;
  useLayoutEffect(() => showImage(image), [image]);
  useEffect(() => {
    const element = stage.current as HTMLElement;
    const sizes = new ResizeObserver(() => resizeStage({ width: element.clientWidth, height: element.clientHeight }));
    sizes.observe(element);
    const deafen = listenToGestures(element, heard);
    return () => {
      sizes.disconnect();
      deafen();
    };
  }, []);
  useSignalEffect(() => {
    const { style } = board.current as HTMLDivElement;
    style.transform = `translate(${offset.value.x}px, ${offset.value.y}px) scale(${zoom.value})`;
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys that move the picture are of who looks at it
    <section ref={stage} class="canvas-stage" aria-label={label} tabIndex={0}>
      <div ref={board} class={`canvas-board ${showsPixels.value ? 'shows-pixels' : ''}`} aria-hidden="true">
        <Sheet image={image} paint={(context) => context.drawImage(image, 0, 0)} of={image} name="picture" />
        <Sheet image={image} paint={(context) => drawLayers(context, layers)} of={layers} name="masks" />
      </div>
      <div class="canvas-over">{children}</div>
    </section>
  );
}

function drawLayers(context: CanvasRenderingContext2D, layers: readonly StageLayer[]): void {
  for (const layer of layers) for (const { canvas, x, y } of layer) context.drawImage(canvas, x, y);
}

/** So often is a picture halved before it is shown: a browser that makes it much smaller at once leaves pixels out. */
const halvings: ReadonlySignal<number> = computed(() => Math.max(0, Math.floor(Math.log2(1 / (zoom.value * window.devicePixelRatio)))));

interface SheetProps {
  readonly image: ImageBitmap;
  readonly paint: (context: CanvasRenderingContext2D) => void;
  /** What is painted: it is painted again where this is another. */
  readonly of: unknown;
  readonly name: string;
}

/** A canvas of the picture's pixels, or of as many as can be seen. */
function Sheet({ image, paint, of, name }: SheetProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shrink = 2 ** halvings.value;
  useLayoutEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    element.width = Math.ceil(image.width / shrink);
    element.height = Math.ceil(image.height / shrink);
    element.style.width = `${element.width * shrink}px`;
    element.style.height = `${element.height * shrink}px`;
    const context = element.getContext('2d') as CanvasRenderingContext2D;
    context.imageSmoothingQuality = 'high';
    context.scale(1 / shrink, 1 / shrink);
    paint(context);
  }, [image, of, shrink]);
  return <canvas ref={canvas} class={`canvas-${name}`} />;
}
