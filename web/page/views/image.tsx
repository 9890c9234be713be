import { useEffect } from 'preact/hooks';
import { DecisionNotes } from '../decide/decision-notes.tsx';
import { DecisionPanel } from '../decide/decision-panel.tsx';
import { editing } from '../decide/editing.ts';
import { MaskEditor } from '../decide/mask-editor.tsx';
import { stageLayers } from '../image/colors.ts';
import type { Gestures } from '../image/gestures.ts';
import { followLabel } from '../image/history.ts';
import { PICTURE_KEYS } from '../image/keys.ts';
import { LabelFacts, LabelFate } from '../image/label-facts.tsx';
import { objectTitle } from '../image/label-words.ts';
import { layeredObjects, shownLayers } from '../image/layers.ts';
import { Legend } from '../image/legend.tsx';
import { isOn, shapeOf } from '../image/mask-shape.ts';
import { ObjectList } from '../image/object-list.tsx';
import { Outlines } from '../image/outlines.tsx';
import {
  focused,
  focusOn,
  followAddress,
  hovered,
  hoveredName,
  imageId,
  type LoadedPicture,
  picture,
  refreshPicture,
} from '../image/picture.ts';
import { PictureHead } from '../image/picture-head.tsx';
import { PictureProblem } from '../image/picture-problem.tsx';
import { PictureStage } from '../image/stage.tsx';
import { followNeighbours, isUnderWay, stay, step } from '../image/steps.ts';
import { followThreshold } from '../image/threshold.ts';
import { ThresholdSlider } from '../image/threshold-slider.tsx';
import type { Point } from '../image/viewport.ts';
import { ZoomBar } from '../image/zoom-bar.tsx';
import { bindKeys } from '../keys.ts';
import { Problem } from '../loading.tsx';
import './image.css';

/** A picture, what models and people say is on it, and why. */
export function ImageView() {
  useEffect(() => {
    const ends = [followAddress(), followLabel(), followThreshold(), followNeighbours(), bindKeys(PICTURE_KEYS)];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const loaded = imageId.value === null ? null : picture.value;
  return (
    <>
      <PictureProblem />
      {loaded !== null && <PictureView loaded={loaded} />}
      <DecisionNotes />
    </>
  );
}

function PictureView({ loaded: { facts, pixels, known } }: { readonly loaded: LoadedPicture }) {
  const { said } = facts;
  const object = focused.value;
  return (
    <div class="picture-view">
      <div class="picture-stage">
        {pixels instanceof Error ? (
          <Problem error={pixels} />
        ) : (
          <PictureStage image={pixels} layers={stageLayers.value} label={`picture ${facts.fileName}`} gestures={GESTURES}>
            {editing.value === null && <Outlines facts={facts} focused={object} hovered={hovered.value} />}
            <MaskEditor />
          </PictureStage>
        )}
        <HoverText />
        <ZoomBar />
      </div>
      <aside class="picture-side" aria-label="about the picture">
        <PictureHead facts={facts} />
        {object === null ? (
          <p class="quiet">Choose an object on the picture or in the list to see why it was kept or dropped.</p>
        ) : (
          <LabelFate facts={facts} object={object} />
        )}
        <DecisionPanel
          label={object}
          image={facts}
          known={known}
          isLeaving={isUnderWay}
          next={() => step('next')}
          stay={stay}
          written={refreshPicture}
        />
        <ObjectList facts={facts} />
        <Legend />
        {said === null ? <p class="quiet">No round has said anything yet.</p> : <ThresholdSlider policy={said.policy} />}
        {object !== null && <LabelFacts facts={facts} object={object} />}
      </aside>
    </div>
  );
}

const GESTURES: Gestures = {
  onHover: (at) => {
    hoveredName.value = at === null || editing.value !== null ? null : (objectAt(at)?.name ?? null);
  },
  onPick: (at) => {
    const found = editing.value === null ? objectAt(at) : null;
    if (found !== null) focusOn(found.name);
  },
};

/** The smallest of the objects shown at a place: a larger one is met beside it. */
function objectAt(at: Point) {
  const facts = picture.value?.facts;
  if (facts === undefined) return null;
  const there = layeredObjects.value.filter(({ object, layer }) => shownLayers.value.has(layer) && isOn(shapeOf(object, facts), at));
  return (
    there.reduce<(typeof there)[number] | null>(
      (least, one) => (least !== null && least.object.areaPx2 <= one.object.areaPx2 ? least : one),
      null,
    )?.object ?? null
  );
}

/** What the pointer is on. */
function HoverText() {
  const facts = picture.value?.facts;
  const object = hovered.value;
  return <p class="hover-text">{facts === undefined || object === null ? '' : objectTitle(facts, object)}</p>;
}
