import { useEffect, useRef } from 'preact/hooks';
import type { SeenObject, TrainedRound } from '../../contract/training.ts';
import type { Gestures } from '../image/gestures.ts';
import { isOn } from '../image/mask-shape.ts';
import { PictureStage } from '../image/stage.tsx';
import type { Point } from '../image/viewport.ts';
import { ZoomBar } from '../image/zoom-bar.tsx';
import { bindKeys } from '../keys.ts';
import { sampleKeys } from './keys.ts';
import { shownLayers } from './layers.ts';
import { marksOf } from './mask-mark.ts';
import { focusedObject, focusOn, hoveredName } from './object-focus.ts';
import { ObjectTable } from './object-table.tsx';
import { SampleFacts } from './sample-facts.tsx';
import { SeenOutlines } from './seen-outlines.tsx';
import type { Seen } from './training-state.ts';

interface SampleViewProps {
  readonly seen: Seen;
  readonly round: TrainedRound;
}

/** A training picture large, what is on it, and how it came to be. */
export function SampleView({ seen, round }: SampleViewProps) {
  const { facts, pixels } = seen;
  const shown = useRef(seen);
  shown.current = seen;
  const gestures = useRef<Gestures>({
    onHover: (at) => {
      hoveredName.value = at === null ? null : (objectAt(shown.current, at)?.name ?? null);
    },
    onPick: (at) => {
      const found = objectAt(shown.current, at);
      if (found !== null) focusOn(found.name);
    },
  });
  useEffect(() => bindKeys(sampleKeys(facts)), [facts]);
  const layers = [
    marksOf(facts)
      .filter(({ layer }) => shownLayers.value.has(layer))
      .map(({ sprite }) => sprite),
  ];
  return (
    <>
      <div class="picture-view seen-picture">
        <div class="picture-stage">
          <PictureStage image={pixels} layers={layers} label={`picture ${facts.slot} of step ${facts.step}`} gestures={gestures.current}>
            <SeenOutlines facts={facts} classNames={round.classNames} focused={focusedObject(facts)} />
          </PictureStage>
          <ZoomBar />
        </div>
        <SampleFacts facts={facts} round={round} />
      </div>
      <ObjectTable facts={facts} round={round} />
    </>
  );
}

/** The smallest of the objects shown at a place: a larger one is met beside it. */
function objectAt({ facts }: Seen, at: Point): SeenObject | null {
  const there = marksOf(facts).filter(({ layer, shape }) => shownLayers.value.has(layer) && isOn(shape, at));
  const found = facts.objects.filter(({ name }) => there.some((mark) => mark.name === name));
  return found.toSorted((a, b) => a.areaPx2 - b.areaPx2)[0] ?? null;
}
