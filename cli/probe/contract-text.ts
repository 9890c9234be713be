import { type ContractFact, type ProbeReading, type ProbeVerdict, type Refusal, sidecarOf } from '../../teacher/index.ts';
import { printable, table } from '../print.ts';
import { entry, LINE, wrap, wrappedRow } from './layout.ts';

/** What a model is taken for, and why. */
export function contractText(model: string, verdict: ProbeVerdict): string {
  switch (verdict.status) {
    case 'recognized':
      return recognizedText(model, verdict.reading);
    case 'ambiguous': {
      const { readings, refusal } = verdict;
      return [
        ...entry('contract', [`not clear, since ${readings.length} fit`]),
        '',
        besideEachOther(readings),
        '',
        refusalText(refusal),
      ].join('\n');
    }
    case 'refused': {
      const { objections, refusal } = verdict;
      const why = objections.map(({ kind, reason }) => `not ${kind}: ${reason}`);
      return [...entry('contract', ['none']), ...entry('because', why.length > 0 ? why : [refusal.message]), '', refusalText(refusal)].join(
        '\n',
      );
    }
  }
}

/** How a run ends with such a model, and what to do. */
export const refusalText = ({ code, hint }: Refusal): string => `A run refuses this model [${code}]:\n  ${printable(hint)}`;

const sources: Readonly<Record<ContractFact['source'], string>> = { graph: 'graph', stated: 'metadata', family: 'assumed' };

function recognizedText(model: string, { contract, reasons, facts }: ProbeReading): string {
  const rows = facts.map(({ about, text, source }) => [about, text, sources[source]]);
  return [
    ...entry('contract', [contract.head.kind]),
    ...entry('because', reasons),
    '',
    table(['what', 'is taken to be', 'from'], rows),
    '',
    ...wrap(
      `assumed: the file does not say, all models of this kind have it so; ${printable(sidecarOf(model))} can state it otherwise`,
      LINE,
    ),
  ].join('\n');
}

/** Readings in columns: why each, and where they differ. */
function besideEachOther(readings: readonly ProbeReading[]): string {
  const width = Math.floor(LINE / readings.length) - 8;
  const abouts = readings[0]?.facts.map(({ about }) => about) ?? [];
  const facts = abouts.map((about) => ({ about, texts: readings.map((reading) => textOf(reading, about)) }));
  const differing = facts.filter(({ texts }) => new Set(texts).size > 1);
  const same = facts.filter(({ texts }) => new Set(texts).size === 1);
  const reasons = readings.map((reading) => reading.reasons.map((reason) => `- ${reason}`));
  const rows = [
    ...wrappedRow('because', reasons, width),
    ...differing.flatMap(({ about, texts }) =>
      wrappedRow(
        about,
        texts.map((text) => [text]),
        width,
      ),
    ),
  ];
  return [
    table(['', ...readings.map(({ contract }) => contract.head.kind)], rows),
    '',
    ...entry('the same', [same.map(({ about, texts }) => `${about}: ${texts[0]}`).join('; ')]),
  ].join('\n');
}

const textOf = ({ facts }: ProbeReading, about: ContractFact['about']): string => facts.find((fact) => fact.about === about)?.text ?? '';
