// A process of its own that starts the embedded server of a data folder, says so, and waits to be killed.
import { startEmbeddedPostgres } from '../embedded-postgres.js';

const server = await startEmbeddedPostgres({ dataDir: process.argv[2] });
process.stdout.write(`${JSON.stringify(server.options)}\n`);
setInterval(() => undefined, 60_000);
