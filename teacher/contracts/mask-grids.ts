import type { MaskGrid } from '../output/grid-mask.ts';
import type { MaskValues } from '../output/mask-quality.ts';
import { checkFinite, type OutputTensor } from '../output/outputs.ts';

/** One of the masks of an output [..., h, w], all of its values finite. Throws MODEL_NOT_FINITE. */
export function maskGrid(name: string, masks: OutputTensor, index: number, values: MaskValues): MaskGrid {
  const [height, width] = masks.dims.slice(-2);
  const cells = width * height;
  checkFinite(name, masks, index * cells, (index + 1) * cells);
  return {
    size: { width, height },
    data: masks.data.subarray(index * cells, (index + 1) * cells),
    values,
    beyond: 'edge',
  };
}
