import { allNodes, inOrder } from './check-structure.js';
import {
  isStandard,
  type GraphDescription,
  type ModelDescription,
  type NodeDescription,
  type TensorDescription,
  type TensorOutline,
} from './description.js';
import type { Report } from './findings.js';
import { checkNode, checkOutputs, dividesByMinusOne, SHAPED_BY } from './node-checks.js';
import { NodeView } from './node-view.js';
import { ALLOWED_OPERATORS } from './operators.js';
import { shapeRule } from './shape-rules.js';
import {
  either,
  fact,
  latest,
  leastBytes,
  sameFact,
  UNKNOWN,
  type Origin,
  type OutputFact,
  type TensorFact,
} from './tensor-fact.js';
import { uniformOf, valuesOf } from './value-rules.js';
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
/** Tensors that nodes and loops take and give in all of these steps; a file itself names 50,000. */
const MOST_HANDLED = 200_000;
/** Axes of a tensor. Faces and constants of a file have no more either; networks have up to eight. */
const MOST_AXES = 64;
/** Floating-point operations of a tile beyond which no limit of time is enough. nnU-Net on 128³: 1e12. */
const MOST_WORK = 2e14;

export interface Inferred {
  /** Highest sum of activations and constants made by nodes that are alive at once, bytes. */
  readonly peakBytes: number;
  /** Operations: two for each multiplication with addition, one for each element of everything else. */
  readonly work: number;
  /** What is known of the outputs of the graph, in its order. */
  readonly outputs: readonly TensorFact[];
  /** Nodes that divide whole numbers by -1 with these sizes, by their labels. */
  readonly minusOne: ReadonlySet<string>;
}

/**
 * Goes through the graph in order and works out sizes, small values, memory and work, for one choice of the open input
 * sizes: exactly, or not at all. A node that makes an unknown size out of known ones is a fault (`model-shape-unknown`);
 * behind it unknown sizes count as one, so that figures are lower bounds.
 *
 * @param sizesOf sizes of a fed input, null when not even their number is known
 * @param given where `sizesOf` comes from: the sizes of a tile, for which all arithmetic must come out, or the least that
 *   there can be, which no model is made for
 */
export function infer(
  model: ModelDescription,
  opset: number,
  sizesOf: (input: TensorOutline) => readonly number[] | null,
  report: Report,
  given: 'tile' | 'least',
): Inferred {
  const fed = new Set(model.graph.inputs.filter(({ name }) => !model.graph.constants.has(name)));
  const scope = new Scope(null);
  let inputBytes = 0;
  for (const input of fed) {
    const known: TensorFact = { ...fact(input.dtype, sizesOf(input)), origin: 'voxels' };
    inputBytes += leastBytes(known);
    scope.set(input.name, known);
  }
  const walk = new Inference(opset, Math.max(MIB, inputBytes + model.constantBytes), report, given);
  walk.graph(model.graph, scope, inputBytes);
  walk.conclude();
  const outputs = model.graph.outputs.map(({ name }) => scope.get(name) ?? UNKNOWN);
  return { peakBytes: walk.peak, work: walk.work, outputs, minusOne: walk.minusOne };
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
  readonly minusOne = new Set<string>();
  private constantBytes = 0;
  private constantWork = 0;
  private steps = 0;
  private handled = 0;
  /** A tensor had more axes than are accepted. */
  private overgrown = false;
  /** Small values that may still be worked out; a transformer with all its bookkeeping needs 30,000. */
  private valuesLeft = 100_000;
  /** Within a branch that is not taken, or a body that is never gone through: only its constants are computed. */
  private idle = 0;
  /** How often the graph that is being looked at is gone through, by the loops around it. */
  private turnsAround = 1;
  /** Bodies of loops are gone through many times. */
  private readonly plans = new Map<GraphDescription, Plan>();

  constructor(
    private readonly opset: number,
    /** What goes in, bytes: the measure of inflation. */
    private readonly given: number,
    private readonly report: Report,
    private readonly sizes: 'tile' | 'least',
  ) {}

  /** @param live bytes alive outside of this graph */
  graph(graph: GraphDescription, scope: Scope, live: number): void {
    for (const tensor of graph.constants.values()) scope.set(tensor.name, constantFact(tensor));
    const { nodes, lastUse } = this.planOf(graph);
    const alive = new Map<string, number>();
    let sum = live;
    nodes.forEach((node, at) => {
      this.steps++;
      this.handled += Math.max(node.reads.size, node.inputs.length) + node.outputs.length;
      if (this.spent()) return;
      const outputs = this.node(node, scope, sum);
      const dying = [...node.reads].filter((name) => lastUse.get(name) === at);
      const freed = dying.reduce((bytes, name) => bytes + (alive.get(name) ?? 0), 0);
      const scratch = this.scratch(node, outputs);
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
      this.peak = Math.max(this.peak, sum + made + scratch - reused);
      sum += made - freed;
      for (const name of dying) alive.delete(name);
      for (const name of node.outputs) {
        if (name === '' || lastUse.has(name)) continue;
        sum -= alive.get(name) ?? 0;
        alive.delete(name);
      }
    });
  }

  /** Has the graph been more to go through than we do? Then it is refused, and the rest is not looked at. */
  private spent(): boolean {
    if (this.overgrown) return true; // told of where it happened
    if (this.steps <= MOST_STEPS && this.handled <= MOST_HANDLED) return false;
    const what =
      this.steps > MOST_STEPS ? `go through more than ${MOST_STEPS} nodes` : `handle more than ${MOST_HANDLED} tensors`;
    this.report('model-loop-unbounded', `loops ${what} in all`, null, true);
    return true;
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
    if (!isStandard(node.domain) || !ALLOWED_OPERATORS.has(node.op)) return []; // refused for it
    const view = new NodeView(
      node,
      node.inputs.map((name) => (name === '' ? null : (scope.get(name) ?? UNKNOWN))),
      this.opset,
    );
    const origin = originOf(view);
    if (node.op === 'If') return this.branches(view, scope, live, origin);
    if (node.op === 'Loop') return this.loop(view, scope, live, origin);
    const loud = this.sizes === 'tile' && (this.idle === 0 || origin === 'constant');
    checkNode(view, loud, this.report);
    if (this.idle === 0 && dividesByMinusOne(view)) this.minusOne.add(node.label);
    const outputs = (node.op === 'Constant' ? constantOutput(view) : (shapeRule(node.op)?.(view) ?? [])).map(possible);
    const axes = outputs.find(({ shape }) => (shape?.length ?? 0) > MOST_AXES)?.shape?.length;
    if (axes !== undefined) {
      // any number of them can be made of few, so nothing is computed from such a tensor, nor from what comes after
      this.overgrown = true;
      this.report(
        'model-tensor-size',
        `makes a tensor of ${axes} axes; up to ${MOST_AXES} are accepted`,
        node.label,
        true,
      );
      return [];
    }
    const values = this.valuesLeft > 0 ? valuesOf(view, outputs) : [];
    const uniform = this.valuesLeft > 0 && values.length === 0 ? uniformOf(view, outputs) : [];
    for (const list of values) this.valuesLeft -= list?.length ?? 0;
    for (const number of uniform) if (number !== null) this.valuesLeft--;
    const decisive = SHAPED_BY[node.op]?.map((i) => view.input(i)) ?? view.all();
    const inherited = decisive.some(({ loose }) => loose);
    const facts = outputs.map((known, i) => ({
      ...known,
      values: values[i] ?? known.values,
      uniform: uniform[i] ?? null,
      loose: known.shape?.length !== 0 && (known.loose === true || inherited),
      origin,
    }));
    if (loud) checkOutputs(view, facts, this.report);
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

  /** Room that a node needs besides its outputs, bytes: attention scores all pairs before it says anything. */
  private scratch(node: NodeDescription, outputs: readonly TensorFact[]): number {
    const scores = node.op === 'Attention' && !node.outputs[3] ? outputs[3] : undefined;
    if (!scores) return 0;
    this.checkSize(node, 'its scores', scores, leastBytes(scores));
    return leastBytes(scores);
  }

  private branches(view: NodeView, scope: Scope, live: number, origin: Origin): readonly TensorFact[] {
    const condition = view.number(0);
    const taken = condition === null ? null : condition !== 0 ? 'then_branch' : 'else_branch';
    const results = ['then_branch', 'else_branch'].map((name) => {
      const graph = view.graph(name);
      if (!graph) return [];
      const inner = new Scope(scope);
      const idle = taken !== null && taken !== name ? 1 : 0;
      this.idle += idle;
      this.graph(graph, inner, live);
      this.idle -= idle;
      return graph.outputs.map((output) => inner.get(output.name) ?? UNKNOWN);
    });
    const [yes, no] = results;
    const facts =
      taken !== null
        ? taken === 'then_branch'
          ? yes
          : no
        : yes.map((known, i) => {
            const one = either(known, no[i] ?? UNKNOWN);
            return { ...one, origin: latest([one.origin, origin]) };
          });
    this.checkWhole(view, facts);
    return facts;
  }

  /** A node with graphs of its own: nothing to say when a node within has been told of already. */
  private checkWhole(view: NodeView, facts: readonly TensorFact[]): void {
    if (this.sizes === 'tile' && this.idle === 0) checkOutputs(view, facts, this.report);
  }

  /** Goes round as often as the loop will, as tensors may grow with each turn; ends when nothing changes any more. */
  private loop(view: NodeView, scope: Scope, live: number, origin: Origin): readonly TensorFact[] {
    const body = view.graph('body');
    const turns = view.number(0);
    if (!body) {
      this.report('model-attribute', 'is a Loop without a body', view.node.label, true);
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
    const carriedCount = Math.max(0, view.count - 2);
    const withOrigin = (known: TensorFact): TensorFact => ({ ...known, origin: latest([known.origin, origin]) });
    let carried = Array.from({ length: carriedCount }, (_, i) => withOrigin(view.input(i + 2)));
    // what the loop may end with, as soon as nobody knows whether it goes on
    let ends: readonly TensorFact[] | null = null;
    const mayEnd = () => {
      ends = ends === null ? carried : ends.map((known, i) => either(known, carried[i]));
    };
    let scans: readonly TensorFact[] = [];
    const rounds = bounded ? Math.max(0, turns) : 1;
    let goesOn: number | null = view.has(1) ? view.number(1) : 1;
    let gone = 0;
    const turnOrigin = latest(['sizes', view.has(0) ? view.input(0).origin : 'sizes']);
    this.turnsAround *= Math.max(1, rounds);
    // a loop that is never entered is loaded all the same
    const idle = rounds === 0 || goesOn === 0 ? 1 : 0;
    this.idle += idle;
    for (let turn = 0; turn < Math.max(1, rounds); turn++) {
      this.handled += body.inputs.length + body.outputs.length;
      if (this.spent()) break;
      if (goesOn === null) mayEnd();
      const before = this.work;
      const inner = new Scope(scope);
      body.inputs.forEach(({ name }, i) => {
        if (i === 0) inner.set(name, { ...fact('int64', [], [turn]), origin: turnOrigin });
        else if (i === 1) inner.set(name, { ...fact('bool', [], [goesOn]), origin });
        else inner.set(name, carried[i - 2] ?? UNKNOWN);
      });
      this.graph(body, inner, live);
      const results = body.outputs.map(({ name }) => inner.get(name) ?? UNKNOWN);
      scans = results.slice(1 + carriedCount);
      if (idle === 1) break;
      gone++;
      const next = Array.from({ length: carriedCount }, (_, i) => withOrigin(results[1 + i] ?? UNKNOWN));
      const wentOn = goesOn;
      const condition = results[0]?.values;
      goesOn = condition?.length === 1 ? condition[0] : null;
      const still = turn > 0 && wentOn === goesOn && next.every((known, i) => sameFact(known, carried[i]));
      carried = next;
      if (goesOn === 0) break;
      if (still) {
        this.work += (this.work - before) * (rounds - turn - 1);
        gone = rounds;
        break;
      }
    }
    this.idle -= idle;
    this.turnsAround /= Math.max(1, rounds);
    const early = ends !== null;
    if (early) mayEnd();
    const stacked = scans.map((known) => ({
      ...withOrigin(known),
      values: null,
      uniform: null, // of the last turn alone
      loose: known.loose || early,
      shape: known.shape ? [gone, ...known.shape] : null,
    }));
    const facts = [...(ends ?? carried), ...stacked];
    this.checkWhole(view, facts);
    return facts;
  }
}

const IN_PLACE: ReadonlySet<string> = new Set(
  'Relu LeakyRelu PRelu Elu Selu Gelu Sigmoid Tanh Clip Add Sub Mul Div Reshape Flatten Squeeze Unsqueeze Identity Softmax Dropout BatchNormalization'.split(
    ' ',
  ),
);

function constantFact({ dtype, dims, values }: TensorDescription): TensorFact {
  return { ...fact(dtype, dims, values), origin: 'constant' };
}

function constantOutput(view: NodeView): readonly OutputFact[] {
  const attribute = [...view.node.attributes.values()][0];
  if (!attribute) return [];
  const { tensor, ints, floats, int, float } = attribute;
  if (tensor) return [fact(tensor.dtype, tensor.dims)];
  if (ints) return [fact('int64', [ints.length])];
  if (floats) return [fact('float32', [floats.length])];
  return [fact(int !== null ? 'int64' : float !== null ? 'float32' : 'string', [])];
}

/** No size is negative or broken, whatever a rule makes of a nonsensical attribute: figures would shrink by it. */
function possible(known: OutputFact): OutputFact {
  const shape =
    known.shape?.map((size) => (size !== null && Number.isInteger(size) && size >= 0 ? size : null)) ?? null;
  return { ...known, shape };
}

/** Sizes of an image are no longer its voxels, unless they were chosen by them. */
function originOf(view: NodeView): Origin {
  const origin = latest(view.all().map((known) => known.origin));
  const measured = view.op === 'Shape' || view.op === 'Size';
  return measured && origin === 'voxels' && !view.input(0).loose ? 'sizes' : origin;
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
