import type { AttributeDescription, GraphDescription, NodeDescription } from './description.js';
import { UNKNOWN, type TensorFact } from './tensor-fact.js';

/** A node together with what is known of its inputs, as rules see it. */
export class NodeView {
  constructor(
    readonly node: NodeDescription,
    private readonly facts: readonly (TensorFact | null)[],
    readonly opset: number,
  ) {}

  /** The same node on other inputs, those that are left out aside. */
  of(change: (known: TensorFact, index: number) => TensorFact): NodeView {
    let index = 0;
    const facts = this.facts.map((known) => known && change(known, index++));
    return new NodeView(this.node, facts, this.opset);
  }

  get op(): string {
    return this.node.op;
  }

  get count(): number {
    return this.facts.length;
  }

  /** Fact of an input; an unknown one for inputs that are left out. */
  input(index: number): TensorFact {
    return this.facts[index] ?? UNKNOWN;
  }

  has(index: number): boolean {
    return this.facts[index] != null;
  }

  all(): readonly TensorFact[] {
    return this.facts.filter((known) => known !== null);
  }

  shape(index: number): TensorFact['shape'] {
    return this.input(index).shape;
  }

  private attribute(name: string): AttributeDescription | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name)?.int ?? otherwise;
  }

  float(name: string): number | null {
    return this.attribute(name)?.float ?? null;
  }

  text(name: string, otherwise: string): string {
    return this.attribute(name)?.text ?? otherwise;
  }

  /** Null when there are none: the runtime takes an empty list for one that is left out. */
  ints(name: string): readonly number[] | null {
    const numbers = this.attribute(name)?.ints ?? null;
    return numbers && numbers.length > 0 ? numbers : null;
  }

  floats(name: string): readonly number[] | null {
    const numbers = this.attribute(name)?.floats ?? null;
    return numbers && numbers.length > 0 ? numbers : null;
  }

  attributeOf(name: string): AttributeDescription | null {
    return this.attribute(name) ?? null;
  }

  graph(name: string): GraphDescription | null {
    return this.attribute(name)?.graphs[0] ?? null;
  }

  /** All values of an input, when every one is known. */
  numbers(index: number): readonly number[] | null {
    const { values } = this.input(index);
    return this.has(index) && values !== null && values.every((value) => value !== null)
      ? (values as readonly number[])
      : null;
  }

  /** The one value of an input of one element, when it is known. */
  number(index: number): number | null {
    const values = this.numbers(index);
    return values?.length === 1 ? values[0] : null;
  }

  /** Axes and the like: an attribute in old operator sets, an input in new ones. Null when it is neither or unknown. */
  numbersOf(attribute: string, index: number): readonly number[] | null {
    return this.ints(attribute) ?? this.numbers(index);
  }
}
