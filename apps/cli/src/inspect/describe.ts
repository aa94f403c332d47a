import type { Inspection } from '#inference';

/** What the inspector says, for people. */
export function describeInspection(path: string, inspection: Inspection): string {
  const { accepted, findings, opset, parameters, inputs, outputs, memoryEstimateBytes, workEstimate, tile } =
    inspection;
  const lines = [`${path}: ${accepted ? 'accepted' : 'refused'}`];
  if (opset !== null) lines.push(`  opset ${opset}, ${(parameters ?? 0).toLocaleString('en-GB')} parameters`);
  for (const [side, tensors] of [
    ['input', inputs],
    ['output', outputs],
  ] as const) {
    for (const { name, dtype, shape } of tensors ?? []) {
      lines.push(`  ${side} "${name}" ${dtype} ${shape ? `[${shape.join(', ')}]` : 'of open rank'}`);
    }
  }
  if (memoryEstimateBytes !== null && workEstimate !== null) {
    const sizes = Object.values(tile ?? {})
      .map((size) => size.join(' x '))
      .join(' and ');
    const mib = Math.ceil(memoryEstimateBytes / 2 ** 20).toLocaleString('en-GB');
    lines.push(
      `  about ${mib} MiB and ${(workEstimate / 1e9).toPrecision(2)} GFLOP for one run${sizes ? ` on ${sizes}` : ''}`,
    );
  }
  for (const { severity, code, message, node } of findings) {
    lines.push(`  ${severity} ${code}: ${node === null ? '' : `node "${node}" `}${message}`);
  }
  return lines.map(harmless).join('\n');
}

/** Names come from the file; a terminal must not obey them. */
function harmless(line: string): string {
  return line.replace(/\p{Cc}|\p{Cf}/gu, '\uFFFD');
}
