import type { SeenObject, SeenPicture, TrainedRound } from '../../contract/training.ts';
import { Swatch } from '../image/swatch.tsx';
import { Scrolls } from '../scrolls.tsx';
import { swatchOf } from './layers.ts';
import { focusedObject, focusOn, hoveredName } from './object-focus.ts';
import { dropWords, labelWords } from './seen-words.ts';
import { SourceLink } from './source-link.tsx';

interface ObjectTableProps {
  readonly facts: SeenPicture;
  readonly round: TrainedRound;
}

/** Everything that the picture is made of: what is learned, and what was dropped and why. */
export function ObjectTable({ facts, round }: ObjectTableProps) {
  if (facts.objects.length === 0) return <p class="quiet">Neither picture has an object here.</p>;
  const focused = focusedObject(facts);
  return (
    <Scrolls label="objects of the picture">
      <table class="seen-objects">
        <thead>
          <tr>
            <th scope="col">object</th>
            <th scope="col">from</th>
            <th scope="col">labeled by</th>
            <th scope="col" class="number">
              pixels
            </th>
            <th scope="col">learned</th>
          </tr>
        </thead>
        <tbody>
          {facts.objects.map((object) => (
            <Row key={object.name} facts={facts} round={round} object={object} isFocused={object === focused} />
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

interface RowProps extends ObjectTableProps {
  readonly object: SeenObject;
  readonly isFocused: boolean;
}

function Row({ facts, round, object, isFocused }: RowProps) {
  const { name, classIndex, source, pasted, areaPx2, dropped } = object;
  const hover = (is: boolean) => () => {
    hoveredName.value = is ? name : null;
  };
  return (
    <tr class={isFocused ? 'chosen' : ''} onMouseEnter={hover(true)} onMouseLeave={hover(false)}>
      <td>
        <button type="button" aria-current={isFocused} onClick={() => focusOn(name)} onFocus={hover(true)} onBlur={hover(false)}>
          <Swatch color={swatchOf(object)} />
          {round.classNames[classIndex] ?? classIndex}
        </button>
      </td>
      <td>
        {pasted && facts.donor !== null ? (
          <>
            {isVisible(object) ? 'pasted from' : 'not pasted, of'} <SourceLink source={facts.donor} />
          </>
        ) : (
          'this picture'
        )}
      </td>
      <td>{labelWords(source)}</td>
      <td class="number">{areaPx2}</td>
      <td>{dropped === null ? 'yes' : <Dropped object={object} words={dropWords(object, round.recipe)} />}</td>
    </tr>
  );
}

/** What is one too many is on the picture all the same. */
const isVisible = ({ dropped }: SeenObject): boolean => dropped === null || dropped === 'over-limit';

function Dropped({ object: { dropped, box }, words }: { readonly object: SeenObject; readonly words: string }) {
  return (
    <>
      <strong class="dropped">dropped: {dropped}</strong>{' '}
      <span class="quiet">
        {words}
        {dropped === 'outside' && `, at ${box.x1}, ${box.y1} to ${box.x2}, ${box.y2}`}
      </span>
    </>
  );
}
