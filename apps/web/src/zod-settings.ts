import { z } from 'zod';

/**
 * Zod compiles its parsers with `new Function`, which our Content-Security-Policy forbids. Told so in advance, it
 * interprets instead and does not probe. Must be imported before any schema is made, that is, first in `main.tsx`.
 */
z.config({ jitless: true });
