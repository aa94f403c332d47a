import { Socket } from 'node:net';

/**
 * A thread of the process that runs models. ONNX Runtime blocks the main thread for as long as a network runs, endless
 * loops included; this thread still notices when the worker is gone, because the pipe on descriptor 3 then ends.
 */
const LIFELINE_FD = 3;

const die = () => process.kill(process.pid, 'SIGKILL');
const lifeline = new Socket({ fd: LIFELINE_FD, readable: true, writable: false });
lifeline.on('end', die);
lifeline.on('close', die);
lifeline.on('error', die);
lifeline.resume();
