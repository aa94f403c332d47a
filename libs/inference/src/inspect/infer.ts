import { allNodes, inOrder } from './check-structure.js';
import {
  isInteger,
  isStandard,
  type GraphDescription,
  type ModelDescription,
  type NodeDescription,
  type TensorDescription,
} from './description.js';
import type { InspectionCode } from './findings.js';
import { NodeView } from './node-view.js';
import { shapeRule } from './shape-rules.js';
import { fact, latest, leastBytes, leastElements, UNKNOWN, type Origin, type TensorFact } from './tensor-fact.js';
import { valuesOf } from './value-rules.js';
import { workOf } from './work.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
/**
 * One constant made by nodes, and all of them: computed while loading. The attention masks of a shifted-window transformer
 * on a tile of 128³ take half of it.
 */
const CONSTANT_BYTES = GIB;
const ALL_CONSTANT_BYTES = 4 * GIB;
/** Multiplications for constants. */
const CONSTANT_WORK = 1e11;
/** Largest tensor and largest sum of tensors alive at once. A network of nnU-Net's size needs 2 GiB for a tile of 128³. */
const TENSOR_BYTES = 4 * GIB;
const LIVE_BYTES = 8 * GIB;
/** No honest network makes this much of what goes in (tile and weights, at least 1 MiB). */
const INFLATION = 1024;
/** Turns of a Loop, and nodes gone through over all loops. */
export const MOST_TURNS = 1000;
const MOST_STEPS = 20_000;
/** Floating-point operations of a tile beyond which no limit of time is enough. nnU-Net on 128³: 1e12. */
const MOST_WORK = 2e14;

/** Told of each fault that the arithmetic finds. */
export type Report = (code: InspectionCode, message: string, node: string | null) => void;

export interface Inferred {
  /** Highest sum of activations and constants made by nodes that are alive at once, bytes. */
  readonly peakBytes: number;
  /** Operations: two for each multiplication with addition, one for each element of everything else. */
  readonly work: number;
  /** What is known of the outputs of the graph, in its order. */
  readonly outputs: readonly TensorFact[];
}

/**
 * Goes through the graph in order and works out sizes, small values, memory and work, for one choice of the open input
 * sizes. Whatever cannot be worked out counts as one element, so that figures are lower bounds and a rule that we do not
 * have refuses nobody.
 *
 * @param sizeOf size of an open axis of a fed input
 */
export function infer(
  model: ModelDescription,
  opset: number,
  sizeOf: (input: string, axis: number) => number,
  report: Report,
): Inferred {
  const fed = new Set(model.graph.inputs.filter(({ name }) => !model.graph.constants.has(name)));
  const scope = new Scope(null);
  let inputBytes = 0;
  for (const { name, dtype, shape } of fed) {
    const sizes =
      shape?.map((size, axis) => (typeof size === 'number' && size > 0 ? size : sizeOf(name, axis))) ?? null;
    const known: TensorFact = { dtype, shape: sizes, values: null, origin: 'voxels' };
    inputBytes += leastBytes(known);
    scope.set(name, known);
  }
  const walk = new Inference(opset, Math.max(MIB, inputBytes + model.constantBytes), report);
  walk.graph(model.graph, scope, inputBytes);
  walk.conclude();
  const outputs = model.graph.outputs.map(({ name }) => scope.get(name) ?? UNKNOWN);
  return { peakBytes: walk.peak, work: walk.work, outputs };
}

/** Facts by name, falling back on the graphs around. */
class Scope {
  private readonly facts = new Map<string, TensorFact>();

  constructor(private readonly outer: Scope | null) {}

  get(name: string): TensorFact | undefined {
    return this.facts.get(name) ?? this.outer?.get(name);
  }

  set(name: string, known: TensorFact): void {
    this.facts.set(name, known);
  }
}

interface Plan {
  readonly nodes: readonly NodeDescription[];
  /** Place of the last node that reads a name. */
  readonly lastUse: ReadonlyMap<string, number>;
}

class Inference {
  peak = 0;
  work = 0;
  private constantBytes = 0;
  private constantWork = 0;
  private steps = 0;
  /** Small values that may still be worked out; a transformer with all its bookkeeping needs 30,000. */
  private valuesLeft = 100_000;
  /** How often the graph that is being looked at is gone through, by the loops around it. */
  private turnsAround = 1;
  /** Bodies of loops are gone through many times. */
  private readonly plans = new Map<GraphDescription, Plan>();

  constructor(
    private readonly opset: number,
    /** What goes in, bytes: the measure of inflation. */
    private readonly given: number,
    private readonly report: Report,
  ) {}

  /** @param live bytes alive outside of this graph */
  graph(graph: GraphDescription, scope: Scope, live: number): void {
    for (const tensor of graph.constants.values()) scope.set(tensor.name, constantFact(tensor));
    const { nodes, lastUse } = this.planOf(graph);
    const alive = new Map<string, number>();
    let sum = live;
    nodes.forEach((node, at) => {
      if (++this.steps > MOST_STEPS) return;
      const outputs = this.node(node, scope, sum);
      const dying = [...node.reads].filter((name) => lastUse.get(name) === at);
      const freed = dying.reduce((bytes, name) => bytes + (alive.get(name) ?? 0), 0);
      let made = 0;
      node.outputs.forEach((name, i) => {
        if (name === '') return;
        const known = outputs[i] ?? { ...UNKNOWN, origin: outputs[0]?.origin ?? 'voxels' };
        scope.set(name, known);
        const bytes = leastBytes(known);
        made += bytes;
        alive.set(name, bytes);
        this.checkSize(node, name, known, bytes);
      });
      // an operator that works element by element writes over an input that nobody reads any more
      const reused = IN_PLACE.has(node.op) ? Math.min(freed, made) : 0;
      this.peak = Math.max(this.peak, sum + made - reused);
      sum += made - freed;
      for (const name of dying) alive.delete(name);
      for (const name of node.outputs) {
        if (name === '' || lastUse.has(name)) continue;
        sum -= alive.get(name) ?? 0;
        alive.delete(name);
      }
    });
  }

  /** What concerns the graph as a whole; once, at its end. */
  conclude(): void {
    if (this.peak > LIVE_BYTES) {
      this.report(
        'model-memory',
        `needs at least ${gibibytes(this.peak)} at once; ${gibibytes(LIVE_BYTES)} are accepted`,
        null,
      );
    }
    if (this.work > this.mostWork) {
      const [got, most] = [this.work, this.mostWork].map((work) => work.toExponential(1));
      this.report(
        'model-too-much-work',
        `needs at least ${got} operations for one tile; ${most} are accepted for what goes in`,
        null,
      );
    }
  }

  private planOf(graph: GraphDescription): Plan {
    const planned = this.plans.get(graph);
    if (planned) return planned;
    const { nodes } = inOrder(graph);
    const plan = { nodes, lastUse: lastUses(graph, nodes) };
    this.plans.set(graph, plan);
    return plan;
  }

  /** Grows with tile and weights: every weight used once for every voxel, several times over. */
  private get mostWork(): number {
    return Math.min(MOST_WORK, Math.max(2e12, 4 * (this.given / 4) ** 2));
  }

  private node(node: NodeDescription, scope: Scope, live: number): readonly TensorFact[] {
    if (!isStandard(node.domain)) return [];
    const view = new NodeView(
      node,
      node.inputs.map((name) => (name === '' ? null : (scope.get(name) ?? UNKNOWN))),
      this.opset,
    );
    const origin = originOf(view);
    if (node.op === 'If') return this.branches(view, scope, live, origin);
    if (node.op === 'Loop') return this.loop(view, scope, live, origin);
    this.checkSizeSources(view);
    this.checkDivision(view);
    const outputs = node.op === 'Constant' ? constantOutput(view) : (shapeRule(node.op)?.(view) ?? []);
    const values = this.valuesLeft > 0 ? valuesOf(view, outputs) : [];
    for (const list of values) this.valuesLeft -= list?.length ?? 0;
    const facts = outputs.map((known, i) => ({ ...known, values: values[i] ?? known.values, origin }));
    const work = workOf(view, facts);
    this.work += work;
    if (origin === 'constant' && node.op !== 'Constant') {
      this.constantWork += work;
      if (this.constantWork > CONSTANT_WORK) {
        this.report(
          'model-too-much-work',
          `computes constants with ${this.constantWork.toExponential(1)} operations; store their result`,
          node.label,
        );
      }
    }
    return facts;
  }

  private checkSize(node: NodeDescription, name: string, { shape, origin }: TensorFact, bytes: number): void {
    const sizes = shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : '';
    if (origin === 'constant' && node.op !== 'Constant') {
      this.constantBytes += bytes;
      if (bytes > CONSTANT_BYTES || this.constantBytes > ALL_CONSTANT_BYTES) {
        const whole =
          bytes > CONSTANT_BYTES
            ? `${gibibytes(bytes)} ${sizes}`
            : `${gibibytes(this.constantBytes)} of constants together`;
        this.report(
          'model-constant-too-large',
          `computes "${name}" of ${whole} while the model is loaded; ${gibibytes(CONSTANT_BYTES)} are accepted`,
          node.label,
        );
      }
      return;
    }
    const limit = Math.min(TENSOR_BYTES, INFLATION * this.given);
    if (bytes > limit) {
      const why = limit < TENSOR_BYTES ? `${INFLATION} times of what goes in` : gibibytes(TENSOR_BYTES);
      this.report(
        'model-tensor-too-large',
        `makes "${name}" of at least ${gibibytes(bytes)} ${sizes}; up to ${why} is accepted`,
        node.label,
      );
    }
  }

  /** Sizes that come from voxels cannot be bounded, and tell by memory and time what the voxels are. */
  private checkSizeSources(view: NodeView): void {
    const index = (SIZE_INPUTS[view.op] ?? []).find((i) => view.has(i) && view.input(i).origin === 'voxels');
    if (index === undefined) return;
    this.report(
      'model-shape-from-voxels',
      `${view.op} takes the size of its output from the values of the image (input ${index}, "${view.node.inputs[index]}")`,
      view.node.label,
    );
  }

  /**
   * The smallest integer divided by -1 is a fault of the processor that no process survives, and so is a division by 0.
   * Networks divide whole numbers for sizes only, by constants or by other sizes.
   */
  private checkDivision(view: NodeView): void {
    if (view.op !== 'Div' && !(view.op === 'Mod' && view.int('fmod', 0) === 0)) return;
    const divisor = view.input(1);
    if (!isInteger(view.input(0).dtype ?? divisor.dtype)) return;
    const bad = divisor.values?.find((value) => value === -1 || (value === 0 && divisor.origin === 'constant'));
    if (bad !== undefined) {
      this.report(
        'model-integer-division',
        `divides whole numbers by ${bad}, which can end the process`,
        view.node.label,
      );
    } else if (divisor.origin === 'voxels') {
      this.report(
        'model-integer-division',
        `divides whole numbers by values of the image, which can end the process; divide in float32`,
        view.node.label,
      );
    } else if (divisor.origin === 'constant' && divisor.values === null && leastElements(divisor.shape) > 0) {
      this.report(
        'model-integer-division',
        `divides whole numbers by a constant too large to be looked at; divide in float32`,
        view.node.label,
      );
    }
  }

  private branches(view: NodeView, scope: Scope, live: number, origin: Origin): readonly TensorFact[] {
    const results = ['then_branch', 'else_branch'].map((name) => {
      const graph = view.graph(name);
      if (!graph) return [];
      const inner = new Scope(scope);
      this.graph(graph, inner, live);
      return graph.outputs.map((output) => inner.get(output.name) ?? UNKNOWN);
    });
    const [yes, no] = results;
    const condition = view.numbers(0)?.[0];
    if (condition !== undefined) return condition ? yes : no;
    return yes.map((known, i) => {
      const other = no[i] ?? UNKNOWN;
      const larger = leastBytes(known) >= leastBytes(other) ? known : other;
      return { ...larger, values: null, origin: latest([known.origin, other.origin, origin]) };
    });
  }

  /** Goes round as often as the loop will, as tensors may grow with each turn; ends when nothing changes any more. */
  private loop(view: NodeView, scope: Scope, live: number, origin: Origin): readonly TensorFact[] {
    const body = view.graph('body');
    const turns = view.numbers(0)?.[0] ?? null;
    if (!body) {
      this.report('model-attribute', 'is a Loop without a body', view.node.label);
      return [];
    }
    const perTurn = allNodes(body).length + 1;
    const steps = (turns ?? Infinity) * perTurn * this.turnsAround;
    const bounded = turns !== null && turns <= MOST_TURNS && this.steps + steps <= MOST_STEPS;
    if (!bounded) {
      const got =
        turns === null
          ? 'without a number of turns that is known beforehand'
          : `with ${turns} turns of ${perTurn} nodes`;
      this.report(
        'model-loop-unbounded',
        `is a Loop ${got}; up to ${MOST_TURNS} turns and ${MOST_STEPS} nodes in all are accepted`,
        view.node.label,
      );
    }
    const carriedCount = view.count - 2;
    let carried = Array.from({ length: carriedCount }, (_, i) => ({
      ...view.input(i + 2),
      origin: latest([origin, view.input(i + 2).origin]),
    }));
    let scans: readonly TensorFact[] = [];
    const rounds = Math.max(1, bounded ? turns : 1);
    this.turnsAround *= rounds;
    for (let turn = 0; turn < rounds; turn++) {
      const before = this.work;
      const inner = new Scope(scope);
      body.inputs.forEach(({ name }, i) => {
        if (i === 0) inner.set(name, { ...fact('int64', [], [turn]), origin });
        else if (i === 1) inner.set(name, { ...fact('bool', []), origin });
        else inner.set(name, carried[i - 2] ?? UNKNOWN);
      });
      this.graph(body, inner, live);
      const results = body.outputs.map(({ name }) => inner.get(name) ?? UNKNOWN);
      const next = results
        .slice(1, 1 + carriedCount)
        .map((known) => ({ ...known, origin: latest([known.origin, origin]) }));
      scans = results.slice(1 + carriedCount);
      const still = turn > 0 && JSON.stringify(next) === JSON.stringify(carried);
      carried = next;
      if (still) {
        this.work += (this.work - before) * (rounds - turn - 1);
        break;
      }
    }
    this.turnsAround /= rounds;
    const stacked = scans.map((known) => ({
      ...known,
      values: null,
      shape: known.shape ? [bounded ? turns : 1, ...known.shape] : null,
    }));
    return [...carried, ...stacked];
  }
}

/** Inputs that decide how large the output is. */
const SIZE_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Expand: [1],
  Tile: [1],
  Pad: [1],
  Resize: [2, 3],
  Upsample: [1],
  Range: [0, 1, 2],
  ConstantOfShape: [0],
  OneHot: [1],
  CenterCropPad: [1],
  AffineGrid: [1],
  MaxUnpool: [2],
};

const IN_PLACE: ReadonlySet<string> = new Set(
  'Relu LeakyRelu PRelu Elu Selu Gelu Sigmoid Tanh Clip Add Sub Mul Div Reshape Flatten Squeeze Unsqueeze Identity Softmax Dropout BatchNormalization'.split(
    ' ',
  ),
);

function constantFact({ dtype, dims, values }: TensorDescription): TensorFact {
  return { dtype, shape: dims, values, origin: 'constant' };
}

function constantOutput(view: NodeView): readonly Omit<TensorFact, 'origin'>[] {
  const attribute = [...view.node.attributes.values()][0];
  if (!attribute) return [];
  const { tensor, ints, floats, int, name } = attribute;
  if (tensor) return [fact(tensor.dtype, tensor.dims)];
  if (ints) return [fact('int64', [ints.length])];
  if (floats) return [fact('float32', [floats.length])];
  return [fact(name === 'value_int' || int !== null ? 'int64' : 'float32', [])];
}

/** Sizes of an image are no longer its voxels. */
function originOf(view: NodeView): Origin {
  const origin = latest(view.all().map((known) => known.origin));
  if ((view.op === 'Shape' || view.op === 'Size') && origin === 'voxels') return 'sizes';
  return origin;
}

/** For each name the place of the last node that reads it; outputs of the graph stay to the end. */
function lastUses(graph: GraphDescription, nodes: readonly NodeDescription[]): Map<string, number> {
  const last = new Map<string, number>();
  nodes.forEach((node, at) => {
    for (const name of node.reads) last.set(name, at);
  });
  for (const { name } of graph.outputs) last.set(name, Infinity);
  return last;
}

function gibibytes(bytes: number): string {
  return bytes < GIB ? `${Math.ceil(bytes / MIB)} MiB` : `${Number((bytes / GIB).toPrecision(3))} GiB`;
}
