import { isStandard, type GraphDescription, type ModelDescription, type NodeDescription } from './description.js';
import type { Findings } from './findings.js';
import { ALLOWED_OPERATORS, LAST_IR_VERSION, OPSETS, reasonAgainst } from './operators.js';

const MOST_INPUTS = 16;
const MOST_OUTPUTS = 16;

/** Versions, operators, names and order: everything that needs no arithmetic. */
export function checkStructure(model: ModelDescription, found: Findings): void {
  checkVersions(model, found);
  const { graph } = model;
  if (graph.outputs.length > MOST_OUTPUTS) {
    found.refuse(
      'model-too-many-outputs',
      `the model has ${graph.outputs.length} outputs, at most ${MOST_OUTPUTS} are accepted`,
    );
  }
  const fed = graph.inputs.filter(({ name }) => !graph.constants.has(name));
  if (fed.length > MOST_INPUTS) {
    found.refuse('model-too-many-inputs', `the model has ${fed.length} inputs, at most ${MOST_INPUTS} are accepted`);
  }
  checkFaces(graph, found);
  checkGraph(graph, () => false, found);
}

function checkVersions({ irVersion, opsets, graph }: ModelDescription, found: Findings): void {
  if (irVersion < 1 || irVersion > LAST_IR_VERSION) {
    found.refuse('model-ir-version', `the file is of IR version ${irVersion}; 1 to ${LAST_IR_VERSION} are read`);
  }
  const standard = opsets.filter(({ domain }) => isStandard(domain));
  if (standard.length === 0) {
    found.refuse('model-opset-missing', 'the file imports no version of the standard operators');
  }
  const versions = [...new Set(standard.map(({ version }) => version))];
  if (versions.length > 1) {
    found.refuse('model-opset', `the file imports opset ${versions.join(' and ')}; one is expected`);
  }
  for (const version of versions) {
    if (version < OPSETS.first || version > OPSETS.last) {
      found.refuse('model-opset', `the model is of opset ${version}; ${OPSETS.first} to ${OPSETS.last} are accepted`);
    }
  }
  const used = new Set(allNodes(graph).map(({ domain }) => domain));
  for (const { domain } of opsets) {
    if (!isStandard(domain) && !used.has(domain)) {
      found.warn('model-unused-domain', `the file imports operators of "${domain}" and uses none`);
    }
  }
}

function* nodesBelow(graph: GraphDescription): Generator<NodeDescription> {
  for (const node of graph.nodes) {
    yield node;
    for (const { graphs } of node.attributes.values()) for (const inner of graphs) yield* nodesBelow(inner);
  }
}

/** Of the graph and all graphs within. */
export function allNodes(graph: GraphDescription): readonly NodeDescription[] {
  return [...nodesBelow(graph)];
}

/** Voxels go in and come out, so faces are tensors of numbers. */
function checkFaces({ inputs, outputs, constants }: GraphDescription, found: Findings): void {
  const faces = [
    ...inputs.filter(({ name }) => !constants.has(name)).map((t) => ['input', t] as const),
    ...outputs.map((t) => ['output', t] as const),
  ];
  for (const [side, { name, dtype }] of faces) {
    if (/^(not-a-tensor|undefined|string|complex|type-)/.test(dtype)) {
      found.refuse('model-tensor-type', `${side} "${name}" is of type ${dtype}; tensors of numbers are accepted`);
    }
  }
}

/** @param outer is a name defined by the graphs around this one? */
function checkGraph(graph: GraphDescription, outer: (name: string) => boolean, found: Findings): void {
  const known = new Set<string>();
  for (const { name } of graph.inputs) {
    if (known.has(name)) found.refuse('model-name-duplicate', `two inputs are called "${name}"`);
    known.add(name);
  }
  for (const name of graph.constants.keys()) known.add(name);
  const producers = new Map<string, NodeDescription>();
  for (const node of graph.nodes) {
    checkOperator(node, found);
    for (const name of node.outputs) {
      if (name === '') continue;
      if (known.has(name) || producers.has(name)) {
        found.refuse('model-name-duplicate', `tensor "${name}" is written twice`, node.label);
      }
      producers.set(name, node);
    }
  }
  const visible = (name: string): boolean => known.has(name) || producers.has(name) || outer(name);
  for (const node of graph.nodes) {
    for (const name of node.inputs) {
      if (name !== '' && !visible(name)) {
        found.refuse('model-name-unknown', `reads tensor "${name}", which nothing writes`, node.label);
      }
    }
    for (const { graphs } of node.attributes.values()) for (const inner of graphs) checkGraph(inner, visible, found);
  }
  for (const { name } of graph.outputs) {
    if (!visible(name)) found.refuse('model-name-unknown', `output "${name}" is written by no node`);
  }
  const stuck = inOrder(graph).stuck;
  if (stuck) found.refuse('model-cycle', 'waits, over other nodes, for its own output', stuck.label);
}

function checkOperator({ op, domain, label, outputs }: NodeDescription, found: Findings): void {
  if (!isStandard(domain)) {
    found.refuse(
      'model-foreign-domain',
      `uses ${op} of "${domain}"; operators of the standard domain are accepted`,
      label,
    );
  } else if (!ALLOWED_OPERATORS.has(op)) {
    found.refuse(
      'model-operator',
      `uses ${op || 'an operator without a name'}, which is not on the list of accepted operators${reasonAgainst(op)}`,
      label,
    );
  }
  if (outputs.length === 0) found.refuse('model-operator-inputs', `${op} has no output`, label);
}

/**
 * Nodes so that each comes after those whose outputs it reads, also from within its subgraphs. Files should be written in
 * this order, but ONNX Runtime does not insist. `stuck` is a node of a cycle, or null.
 */
export function inOrder(graph: GraphDescription): {
  readonly nodes: readonly NodeDescription[];
  readonly stuck: NodeDescription | null;
} {
  const producers = new Map<string, NodeDescription>();
  for (const node of graph.nodes) for (const name of node.outputs) if (name !== '') producers.set(name, node);
  // as they stand, where that is an order already: the author's order is the one that memory was planned for
  const done = new Set<NodeDescription>();
  const needs = (node: NodeDescription) =>
    [...node.reads].map((name) => producers.get(name)).filter((producer) => producer !== undefined);
  const sorted = graph.nodes.every((node) => {
    done.add(node);
    return needs(node).every((producer) => producer !== node && done.has(producer));
  });
  if (sorted) return { nodes: graph.nodes, stuck: null };
  const waiting = new Map<NodeDescription, number>();
  const readers = new Map<NodeDescription, NodeDescription[]>();
  for (const node of graph.nodes) {
    const needed = new Set(needs(node));
    waiting.set(node, needed.size);
    for (const producer of needed) {
      const known = readers.get(producer);
      if (known) known.push(node);
      else readers.set(producer, [node]);
    }
  }
  const ready = graph.nodes.filter((node) => waiting.get(node) === 0);
  const nodes: NodeDescription[] = [];
  for (let i = 0; i < ready.length; i++) {
    nodes.push(ready[i]);
    for (const reader of readers.get(ready[i]) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  const stuck = graph.nodes.find((node) => waiting.get(node)! > 0) ?? null;
  return { nodes, stuck };
}
