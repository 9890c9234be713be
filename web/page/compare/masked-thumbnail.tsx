import { useContext, useEffect, useRef } from 'preact/hooks';
import type { Box, Size } from '../../../core/index.ts';
import { Served } from '../link.tsx';
import type { Paint } from '../mask-paint.ts';
import { paintCovered } from './cover-paint.ts';
import { sampleMask } from './mask-sample.ts';

/** COCO's compressed run lengths, and how they are painted. */
export interface PaintedMask {
  readonly counts: string;
  readonly paint: Paint;
}

interface MaskedThumbnailProps {
  readonly picture: { readonly thumbnail: string; readonly view: Box; readonly size: Size };
  readonly alt: string;
  /** The last one on top. */
  readonly masks: readonly PaintedMask[];
}

const SIDE = 160;

/** An object of a picture with masks over it. */
export function MaskedThumbnail({ picture, alt, masks }: MaskedThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // What is in the page already is there when it is printed, too.
  const loading = useContext(Served) ? 'lazy' : 'eager';
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) drawMasks(context, picture, masks);
  }, [picture, masks]);
  return (
    <span class="masked-thumbnail">
      <img src={picture.thumbnail} width={SIDE} height={SIDE} alt={alt} loading={loading} decoding="async" />
      <canvas ref={canvas} width={SIDE} height={SIDE} />
    </span>
  );
}

function drawMasks(
  context: CanvasRenderingContext2D,
  { view, size }: MaskedThumbnailProps['picture'],
  masks: readonly PaintedMask[],
): void {
  const pixels = context.createImageData(SIDE, SIDE);
  for (const { counts, paint } of masks) if (counts !== '') paintCovered(pixels, sampleMask(counts, size, view, SIDE), paint);
  context.putImageData(pixels, 0, 0);
}
