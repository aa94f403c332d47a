// Lets Node run the TypeScript sources: `node --conditions=source --import ./test/typescript.mjs file.ts`.
// For tests that need a process of their own (to kill it, for instance) and must not depend on a build.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
