import { signal } from '@preact/signals';
import type { Box, Rle } from '../../../core/index.ts';
import { type Ink, MaskEdit } from './mask-edit.ts';
import type { Point } from './stroke-spans.ts';

export const TOOLS = ['brush', 'eraser', 'polygon', 'move'] as const;
export type Tool = (typeof TOOLS)[number];

export const MOST_DIAMETER = 400;
const LEAST_POINTS = 3;

/** What stays from one mask to the next: the tool, and the width of the brush in px of the picture. */
export const tool = signal<Tool>('brush');
export const diameter = signal(20);

/** Makes the brush larger or smaller, in steps that look alike. */
export function resizeBrush(factor: number): void {
  const next = Math.round(diameter.value * factor);
  const moved = next === diameter.value ? next + Math.sign(factor - 1) : next;
  diameter.value = Math.min(MOST_DIAMETER, Math.max(1, moved));
}

/** A mask while it is drawn: its pixels, the polygon that is not filled yet, and what the tools show of both. */
export class MaskDrawing {
  readonly edit: MaskEdit;
  readonly areaPx2 = signal(0);
  readonly canUndo = signal(false);
  readonly canRedo = signal(false);
  /** Corners of the polygon, in px of the picture. */
  readonly corners = signal<readonly Point[]>([]);
  readonly #repaint: (changed: Box) => void;
  #last: Point | null = null;

  /** @param repaint is told of each rectangle of the picture whose pixels changed */
  constructor(mask: Rle, repaint: (changed: Box) => void) {
    this.edit = new MaskEdit(mask);
    this.#repaint = repaint;
    this.#tell();
  }

  get isStroking(): boolean {
    return this.#last !== null;
  }

  /** The brush goes on to a point; from nowhere, it is put down there. */
  strokeTo(point: Point, ink: Ink): void {
    this.edit.brush(this.#last ?? point, point, diameter.value, ink);
    this.#last = point;
    this.#tell();
  }

  endStroke(): void {
    this.#last = null;
    this.edit.endStroke();
    this.#tell();
  }

  /** Takes back the stroke at work, as if the brush had never been put down. */
  cancelStroke(): void {
    this.#last = null;
    this.edit.cancelStroke();
    this.#tell();
  }

  /** @returns at which place among the corners it is */
  addCorner(point: Point): number {
    this.corners.value = [...this.corners.value, point];
    return this.corners.value.length - 1;
  }

  /** A corner that was taken back while a pointer held it stays away. */
  moveCorner(at: number, point: Point): void {
    if (at < this.corners.value.length) this.corners.value = this.corners.value.with(at, point);
  }

  removeCorner(at: number): void {
    this.corners.value = this.corners.value.toSpliced(at, 1);
  }

  get canFill(): boolean {
    return this.corners.value.length >= LEAST_POINTS;
  }

  /** Adds what is within the polygon to the mask, or cuts it out. */
  fill(ink: Ink): void {
    if (this.canFill) this.edit.fill(this.corners.value, ink);
    this.corners.value = [];
    this.#tell();
  }

  /** The last corner of an open polygon, or else the last stroke. */
  undo(): void {
    const { length } = this.corners.value;
    if (length > 0) this.removeCorner(length - 1);
    else if (!this.isStroking) this.edit.undo();
    this.#tell();
  }

  redo(): void {
    if (!this.isStroking) this.edit.redo();
    this.#tell();
  }

  #tell(): void {
    this.areaPx2.value = this.edit.areaPx2;
    this.canUndo.value = this.edit.canUndo;
    this.canRedo.value = this.edit.canRedo;
    const changed = this.edit.takeChanged();
    if (changed.x1 < changed.x2) this.#repaint(changed);
  }
}
