import { orNotOnnx } from './decode.ts';
import { Allowance, type Field, type Fields, integer, nested, readMessage, text } from './message.ts';

/** An operator that a node asks for, or a function that the file defines. */
export interface OperatorName {
  readonly domain: string;
  readonly name: string;
}

/** What of a model file reaches beyond what {@link decodeModel} reads. */
export interface ModelSurvey {
  /** `location` of every tensor whose data lies in another file, each once; '' for one that names no file. */
  readonly externalLocations: readonly string[];
  /** Every operator that a node anywhere asks for, each once. */
  readonly operators: readonly OperatorName[];
  /** The functions that the file defines itself. */
  readonly functions: readonly OperatorName[];
}

/** Graphs inside graphs (If, Loop, Scan) beyond this depth are taken for an attack on the stack. */
const DEEPEST_GRAPH = 16;

/**
 * Looks at everything in an ONNX file that ONNX Runtime would: initializers, attributes, subgraphs, functions, training graphs, also where
 * a message comes twice. Throws MODEL_NOT_ONNX for wrong wire data and for graphs nested deeper than 16.
 */
export function surveyModel(bytes: Uint8Array): ModelSurvey {
  return orNotOnnx(() => new Surveyor().survey(bytes));
}

class Surveyor {
  readonly #allowance = new Allowance();
  readonly #locations = new Set<string>();
  readonly #operators = new Map<string, OperatorName>();
  readonly #functions = new Map<string, OperatorName>();
  #depth = 0;

  survey(bytes: Uint8Array): ModelSurvey {
    this.#read(bytes, {
      7: this.#graph,
      20: this.#inside({ 1: this.#graph, 2: this.#graph }),
      25: nested((inner) => this.#function(inner)),
    });
    return {
      externalLocations: [...this.#locations],
      operators: [...this.#operators.values()],
      functions: [...this.#functions.values()],
    };
  }

  #read(bytes: Uint8Array, fields: Fields): void {
    readMessage(bytes, this.#allowance, fields);
  }

  #inside(fields: Fields): Field {
    return nested((inner) => this.#read(inner, fields));
  }

  readonly #tensor: Field = nested((bytes) => this.#readTensor(bytes));
  readonly #sparseTensor: Field = this.#inside({ 1: this.#tensor, 2: this.#tensor });
  readonly #graph: Field = nested((bytes) => this.#readGraph(bytes));
  readonly #attribute: Field = this.#inside({
    5: this.#tensor,
    6: this.#graph,
    10: this.#tensor,
    11: this.#graph,
    22: this.#sparseTensor,
    23: this.#sparseTensor,
  });
  readonly #node: Field = nested((bytes) => this.#readNode(bytes));

  #readGraph(bytes: Uint8Array): void {
    if (++this.#depth > DEEPEST_GRAPH) throw new Error(`its graphs are nested deeper than ${DEEPEST_GRAPH}`);
    this.#read(bytes, { 1: this.#node, 5: this.#tensor, 15: this.#sparseTensor });
    this.#depth--;
  }

  #readNode(bytes: Uint8Array): void {
    const operator = { domain: '', name: '' };
    this.#read(bytes, {
      4: text((value) => (operator.name = value)),
      5: this.#attribute,
      7: text((value) => (operator.domain = value)),
    });
    this.#operators.set(keyOf(operator), operator);
  }

  #function(bytes: Uint8Array): void {
    const defined = { domain: '', name: '' };
    this.#read(bytes, {
      1: text((value) => (defined.name = value)),
      7: this.#node,
      10: text((value) => (defined.domain = value)),
      11: this.#attribute,
    });
    this.#functions.set(keyOf(defined), defined);
  }

  /** A tensor is external by its `data_location` or by having entries of `external_data`: either would do for a careless reader. */
  #readTensor(bytes: Uint8Array): void {
    const locations: string[] = [];
    let external = false;
    this.#read(bytes, {
      13: nested((inner) => {
        external = true;
        locations.push(...this.#locationsIn(inner));
      }),
      14: integer((value) => (external ||= value === 1)),
    });
    if (external && locations.length === 0) locations.push('');
    for (const location of locations) this.#locations.add(location);
  }

  #locationsIn(bytes: Uint8Array): readonly string[] {
    const keys: string[] = [];
    const values: string[] = [];
    this.#read(bytes, { 1: text((value) => keys.push(value)), 2: text((value) => values.push(value)) });
    return keys.includes('location') ? values : [];
  }
}

const keyOf = ({ domain, name }: OperatorName): string => `${domain}\0${name}`;
