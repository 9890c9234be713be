import { useState } from 'preact/hooks';
import { ChoiceDialog } from './choice-dialog.tsx';
import type { Entry } from './decision-queue.ts';
import { decide } from './decisions.ts';
import { useKeys } from './use-keys.ts';

interface RejectPictureProps {
  readonly image: number;
  readonly mayDecide: () => boolean;
  readonly decided: (entry: Entry) => void;
}

/** Rejects all that models say of a picture, once the person has agreed. */
export function RejectPicture({ image, mayDecide, decided }: RejectPictureProps) {
  const [asks, setAsks] = useState(false);
  const ask = () => mayDecide() && setAsks(true);
  const reject = () => decided(decide({ kind: 'reject-image', image }));
  useKeys([{ key: 'Shift+r', does: 'reject all labels of the picture', act: ask }]);
  return (
    <>
      <button type="button" class="reject" onClick={ask}>
        reject picture <kbd>Shift+r</kbd>
      </button>
      {asks && (
        <ChoiceDialog title={`reject all labels of picture i${image}`} close={() => setAsks(false)}>
          {(choose) => (
            <>
              <p>Whatever models say of it is dropped in every later round; what people drew stays.</p>
              <button type="button" class="main" onClick={() => choose(reject)}>
                reject all of it
              </button>
            </>
          )}
        </ChoiceDialog>
      )}
    </>
  );
}
