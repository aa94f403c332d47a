import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { HOLD_CODES, KeyedNames, methodCodes, type HoldCode } from '#deidentification';
import { text, texts, type Command } from '../command.js';
import { deidentifyFiles, filesBelow, prepareOutput, type FileReport } from '../deidentify/deidentify-folder.js';
import { readPolicyFile, readSecretFile } from '../deidentify/settings.js';
import { EXIT, usageError } from '../exit.js';
import { writeOutput } from '../output-file.js';

export const deidentify: Command = {
  name: ['deidentify'],
  summary: 'rebuilds DICOM files without what says whose they are (PS3.15 Annex E); needs no server',
  usage: 'IN OUT [--policy FILE] [--secret-file FILE]',
  options: {
    policy: { type: 'string', help: 'JSON with the options of the profile; docs/deidentification.md lists them' },
    'secret-file': {
      type: 'string',
      help: 'what names and shifts are derived from; made when it is not there. Keep it',
    },
    accept: {
      type: 'string',
      multiple: true,
      help: 'a code under which files are held, when somebody has looked at all of them; may be repeated',
    },
  },
  words: [2, 2],
  async run(invocation) {
    const { terminal } = invocation;
    const [input, output] = invocation.words;
    const accepted = texts(invocation, 'accept').map(holdCode);
    const policy = await readPolicyFile(text(invocation, 'policy'));
    const files = await filesBelow(input);
    await prepareOutput(input, output);
    const secretFile = text(invocation, 'secret-file');
    const { secret, made } =
      secretFile === null ? { secret: randomBytes(32), made: false } : await readSecretFile(secretFile);
    if (made)
      terminal.say(`voxelmark: made the secret ${secretFile}; keep it, and keep it from whoever gets the files`);
    if (secretFile === null) {
      terminal.say('voxelmark: no --secret-file, so later files of the same patients will get other names and shifts');
    }
    const names = new KeyedNames((message) => createHmac('sha256', secret).update(message).digest());

    const reports: FileReport[] = [];
    for await (const { path, report } of deidentifyFiles(input, output, files, {
      policy,
      names,
      accepted: new Set(accepted),
    })) {
      reports.push(report);
      terminal.progress(`${reports.length} of ${files.length} files`);
      // The name goes to the terminal of whoever has the file, and nowhere else.
      if (report.status !== 'done') terminal.say(`${report.status.padEnd(8)} ${path}\n         ${report.because}`);
    }
    const count = (status: FileReport['status']) => reports.filter((report) => report.status === status).length;
    const totals = { done: count('done'), held: count('held'), refused: count('refused') };
    const report = {
      policy,
      method: methodCodes(policy).map(([code, meaning]) => ({ code, meaning })),
      accepted,
      totals,
      files: reports,
    };
    await writeOutput(join(output, REPORT), `${JSON.stringify(report, null, 1)}\n`);
    terminal.out(
      report,
      `${totals.done} of ${files.length} files rebuilt in ${output}; ${totals.held} held for a steward, ${totals.refused} refused. ${REPORT} says what was done`,
    );
    return totals.refused > 0 || files.length === 0 ? EXIT.invalidInput : EXIT.ok;
  },
};

const REPORT = 'deidentification.json';

function holdCode(word: string): HoldCode {
  const code = HOLD_CODES.find((known) => known === word);
  if (!code) throw usageError(`--accept is "${word}"; expected ${HOLD_CODES.join(', ')}`);
  return code;
}
