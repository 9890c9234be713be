import { expectation, SelfpasteError } from '../../core/index.ts';
import { badExchange } from './fields.ts';

/** What XML 1.0 can hold in no way, escaped or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const UNWRITABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Text for an attribute or between tags. @throws SelfpasteError DATA_NOT_EXPRESSIBLE for characters that XML does not have */
export function xmlText(text: string): string {
  if (UNWRITABLE.test(text))
    throw new SelfpasteError(
      'DATA_NOT_EXPRESSIBLE',
      expectation('a name', 'characters that XML has', text),
      'rename it, or choose a format in JSON',
    );
  return text.replaceAll(/[&<>"\n\r\t]/g, (character) => ESCAPES[character]);
}

/** An element's start, without what is in it. */
export function xmlTag(name: string, attributes: Readonly<Record<string, string | number>>): string {
  return `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${xmlText(String(value))}"`)
    .join('')}>`;
}

export interface XmlEvents {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
}

/** A string longer than this would not fit. */
const MAX_XML_BYTES = 400_000_000;

/**
 * Reads XML in UTF-8 from beginning to end. A document type is refused, so that there are no entities, neither large ones nor of other files.
 * @throws SelfpasteError DATA_BAD_EXCHANGE
 */
export async function readXml(path: string, bytes: Uint8Array, events: XmlEvents): Promise<void> {
  if (bytes.length > MAX_XML_BYTES) throw badExchange(path, `XML of at most ${MAX_XML_BYTES} bytes`, String(bytes.length));
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    throw badExchange(path, 'XML', error.message, error);
  });
  parser.on('doctype', () => {
    throw badExchange(path, 'XML without document type', 'a DOCTYPE');
  });
  parser.on('opentag', ({ name, attributes }) => events.open(name, attributes));
  parser.on('text', (text) => events.text(text));
  parser.on('cdata', (text) => events.text(text));
  parser.on('closetag', ({ name }) => events.close(name));
  parser.write(new TextDecoder('utf-8').decode(bytes)).close();
}
