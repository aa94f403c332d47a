import { parentPort } from 'node:worker_threads';
import { writeNifti } from '#imaging';
import { generateCase, type PhantomCase } from '#phantoms';

/** A thread that makes phantoms: takes a case's description, answers with its files as NIfTI bytes (not gzipped). */
if (!parentPort) throw new Error('phantom-thread runs as a worker thread');
const port = parentPort;

port.on('message', (description: PhantomCase) => {
  void (async () => {
    const { image, readers, consensus } = generateCase(description);
    const references = await Promise.all(
      [...readers, { name: 'consensus', labels: consensus }].map(async ({ name, labels }) => ({
        reader: name,
        consensus: name === 'consensus',
        labels: await writeNifti(labels),
      })),
    );
    const files = { image: await writeNifti(image), references };
    port.postMessage(files, [files.image.buffer as ArrayBuffer, ...references.map(({ labels }) => labels.buffer as ArrayBuffer)]);
  })().catch((error: unknown) => {
    // an error thrown into the event loop ends the thread and reaches the parent as its 'error' event
    setImmediate(() => {
      throw error;
    });
  });
});
