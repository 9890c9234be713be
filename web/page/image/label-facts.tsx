import type { LabelHistory, PictureFacts, PictureObject, PredictedObject } from '../../contract/image.ts';
import { Loaded } from '../loading.tsx';
import { historySource } from './history.ts';
import { CHANGE_WORDS, classNameOf, objectTitle, reasonText, SUSPICION_WORDS, timeText } from './label-words.ts';
import { layeredObjects } from './layers.ts';
import { Lineage } from './lineage.tsx';
import { tried } from './threshold.ts';

interface LabelFactsProps {
  readonly facts: PictureFacts;
  readonly object: PictureObject;
}

/** What the object that is looked at is, and why it is a label or not. */
export function LabelFate({ facts, object }: LabelFactsProps) {
  return (
    <section class="label-fate" aria-labelledby="label-title">
      <h2 id="label-title">
        {objectTitle(facts, object)} <span class="quiet">{object.name}</span>
      </h2>
      {object.of === 'prediction' && <Fate facts={facts} object={object} />}
    </section>
  );
}

/** Everything else that is known of it. */
export function LabelFacts({ facts, object }: LabelFactsProps) {
  return (
    <section class="label-facts" aria-label="about the object">
      <dl>
        <Fact name="area">{`${object.areaPx2} px²`}</Fact>
        {object.of === 'prediction' ? <Quality object={object} /> : <Author object={object} />}
      </dl>
      {object.of === 'prediction' && (
        <Loaded of={historySource.loading}>
          {(history) => history?.name === object.name && <History facts={facts} history={history} />}
        </Loaded>
      )}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** What became of it and why, or would under the threshold that is tried. */
function Fate({ facts: { said }, object }: { readonly facts: PictureFacts; readonly object: PredictedObject }) {
  const decided = layeredObjects.value.find((one) => one.object === object)?.decided;
  if (decided === undefined || said === null) return null;
  const would = decided.by === 'round' ? '' : ' (tried)';
  return (
    <p>
      <strong class={decided.status}>
        {decided.status === 'open' ? 'open' : decided.status}
        {would}
      </strong>
      {decided.status === 'open' ? '' : ` · ${decided.reason}`}
      <br />
      {reasonText(object, decided, said.policy, tried.value ?? object.threshold)}
    </p>
  );
}

function Quality({ object: { score, quality, threshold } }: { readonly object: PredictedObject }) {
  return (
    <>
      <Fact name="score">{score.toFixed(4)}</Fact>
      <Fact name="threshold">{threshold > 1 ? 'none is kept' : threshold.toFixed(3)}</Fact>
      <Fact name="mask probability">{quality?.probability.toFixed(3) ?? 'not measured'}</Fact>
      <Fact name="mask stability">{quality?.stability.toFixed(3) ?? 'not measured'}</Fact>
      <Fact name="flip agreement">{quality?.flipAgreement?.toFixed(3) ?? 'not measured'}</Fact>
    </>
  );
}

function Author({ object }: { readonly object: Exclude<PictureObject, PredictedObject> }) {
  if (object.of === 'human') return <Fact name="by">{object.crowd ? 'the data set, as a crowd' : 'the data set'}</Fact>;
  return (
    <>
      <Fact name="by">{`${object.who}, ${timeText(object.atMs)}`}</Fact>
      {object.corrects !== null && <Fact name="stands for">{object.corrects}</Fact>}
      {object.why !== '' && <Fact name="why">{object.why}</Fact>}
    </>
  );
}

function History({ facts, history }: { readonly facts: PictureFacts; readonly history: LabelHistory }) {
  const { model, changes, suspicions, verdicts, donations } = history;
  return (
    <>
      <dl>
        <Fact name="said by">{`the ${model.role} of round ${model.round}, in round ${history.round}`}</Fact>
        {changes.map(({ round, kind, iou }) => (
          <Fact key={`${round} ${kind}`} name={`in round ${round}`}>
            {`${CHANGE_WORDS[kind] ?? kind}${iou > 0 ? `, mask IoU ${iou.toFixed(2)}` : ''}`}
          </Fact>
        ))}
        {suspicions.map(({ kind, strength, other }) => (
          <Fact key={kind} name="suspicion">
            {`${kind}: ${SUSPICION_WORDS[kind] ?? ''}, strength ${strength.toFixed(2)}${other === null ? '' : `, with p${other}`}`}
          </Fact>
        ))}
        {donations.map(({ id, fromRound, untilRound }) => (
          <Fact key={id} name="donor">{`from round ${fromRound}${untilRound === null ? ' on' : ` to ${untilRound}`}`}</Fact>
        ))}
      </dl>
      {verdicts.length > 0 && <Verdicts facts={facts} verdicts={verdicts} />}
      <Lineage facts={facts} history={history} />
    </>
  );
}

/** What people said of it, the last word last. */
function Verdicts({ facts, verdicts }: { readonly facts: PictureFacts; readonly verdicts: LabelHistory['verdicts'] }) {
  return (
    <>
      <h3>verdicts</h3>
      <ol class="verdicts">
        {verdicts.map(({ id, verdict, category, who, why, atMs, fate }) => (
          <li key={id} class={fate.now === 'standing' ? '' : 'past'}>
            {verdict}
            {category === null ? '' : ` to ${classNameOf(facts, category)}`} by {who}, {timeText(atMs)}
            {why === '' ? '' : `: ${why}`}
            {fate.now === 'undone' && <span class="quiet"> (undone by {fate.by})</span>}
            {fate.now === 'replaced' && <span class="quiet"> (replaced since)</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
