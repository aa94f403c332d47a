import { ENDPOINTS, id as uuid } from '#contracts';
import { text, type Command } from '../command.js';
import { connect } from '../credentials.js';
import { EXIT, usageError } from '../exit.js';
import { writeOutput } from '../output-file.js';

export const runManifestCommand: Command = {
  name: ['run', 'manifest'],
  summary: 'what a stranger needs to recompute a completed run',
  usage: 'RUN-ID [-o FILE] [--url URL]',
  options: {
    output: { type: 'string', short: 'o', help: 'file to write; by default stdout' },
    url: { type: 'string', help: 'server' },
  },
  words: [1, 1],
  async run(invocation) {
    const { terminal } = invocation;
    const [id] = invocation.words;
    if (!uuid.safeParse(id).success)
      throw usageError(`"${id}" is no run id; it is the last part of the run page's address`);
    const client = await connect(text(invocation, 'url'), { anonymous: true });
    const manifest = await client.call(ENDPOINTS.getRunManifest, { params: { id } });
    const content = JSON.stringify(manifest, null, 2);
    const output = text(invocation, 'output');
    if (output === null) {
      terminal.out(manifest, content);
      return EXIT.ok;
    }
    await writeOutput(output, `${content}\n`);
    if (manifest.cases === null) {
      terminal.say(
        'voxelmark: figures of single cases are not shown to you; only the means can be checked against one another',
      );
    }
    terminal.out({ output, run: id, cases: manifest.cases?.length ?? null }, `${output}: manifest of run ${id}`);
    return EXIT.ok;
  },
};
