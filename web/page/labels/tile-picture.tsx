import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { LabelTile } from '../../contract/labels.ts';
import { classColor, maskOf } from '../mask-paint.ts';
import { maskInView, tint } from './tile-mask.ts';

const SIDE_PX = 160;
/** Who scrolls past does not look. */
const LINGER_MS = 60;

/** Whether masks are drawn over the thumbnails. */
export const masksShown = signal(true);

interface TilePictureProps {
  readonly tile: LabelTile;
  /** Of the class in whose colour the mask is drawn; the tile's own by default. */
  readonly classIndex?: number;
}

/** A thumbnail with the object's mask over it. What scrolls away is not asked for any more. */
export function TilePicture({ tile, classIndex = tile.classIndex }: TilePictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<{ readonly of: string; readonly bitmap: ImageBitmap | null } | null>(null);
  const { thumbnail } = tile;
  useEffect(() => {
    const scrolledAway = new AbortController();
    const linger = setTimeout(async () => {
      const bitmap = await thumbnailOf(thumbnail, scrolledAway.signal);
      if (!scrolledAway.signal.aborted) setPicture({ of: thumbnail, bitmap });
    }, LINGER_MS);
    return () => {
      clearTimeout(linger);
      scrolledAway.abort();
    };
  }, [thumbnail]);
  const shown = picture?.of === thumbnail ? picture : null;
  const masked = masksShown.value;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, SIDE_PX, SIDE_PX);
    if (shown?.bitmap) context.drawImage(shown.bitmap, 0, 0);
    if (shown && masked) context.drawImage(maskLayer(tile, classIndex), 0, 0);
  }, [tile, classIndex, shown, masked]);
  return (
    <>
      <canvas ref={canvas} width={SIDE_PX} height={SIDE_PX} class={shown ? 'shown' : ''} />
      {shown?.bitmap === null && <span class="no-picture">no picture</span>}
    </>
  );
}

/** Null where the picture cannot be had: its file is away, or another one. */
async function thumbnailOf(address: string, signal: AbortSignal): Promise<ImageBitmap | null> {
  try {
    const response = await fetch(address, { signal });
    return response.ok ? await createImageBitmap(await response.blob()) : null;
  } catch {
    return null;
  }
}

function maskLayer({ mask, width, height, view }: LabelTile, classIndex: number): OffscreenCanvas {
  const layer = new OffscreenCanvas(SIDE_PX, SIDE_PX);
  const context = layer.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const pixels = context.createImageData(SIDE_PX, SIDE_PX);
  const shape = maskInView(maskOf({ size: { width, height }, counts: mask }), view, SIDE_PX);
  tint(new Uint32Array(pixels.data.buffer), shape, classColor(classIndex));
  context.putImageData(pixels, 0, 0);
  return layer;
}
