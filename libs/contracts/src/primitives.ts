import { z } from 'zod';

export const id = z.uuid().describe('Identifier (UUID)');
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
export const slug = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected lower-case letters and digits, separated by single hyphens');
const UUID_SHAPE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A slug for something new. None may look like an id: where either may stand, it would take the place of what has that id. */
export const newSlug = slug.refine((text) => !UUID_SHAPE.test(text), 'has the form of an id (UUID); expected another address');
export const version = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+_-]*$/, 'expected letters, digits and . + _ -, for instance 1.2.0');
export const instant = z.iso.datetime().describe('UTC, ISO 8601');
export const vec3 = z.tuple([z.number(), z.number(), z.number()]);

/** No control characters and no half of a surrogate pair: names are shown, logged and stored as they are. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, 'expected one line without control characters');

/** Like `line`, with line breaks and tabs. */
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'expected text without control characters');

/** Opaque to clients: the `nextCursor` of an earlier answer. */
export const cursor = z.string().min(1).max(200).regex(/^[A-Za-z0-9_-]+$/, 'expected the nextCursor of an earlier answer');

/** Metric values by id: a number, null with its reason under the same key in `reasons`, or the string "Infinity" (unbounded). */
export const metricValues = z.record(z.string(), z.union([z.number(), z.literal('Infinity'), z.null()]));

export const none = z.strictObject({});

/** Cursor paging: pass the `nextCursor` of an answer as `cursor` to go on; null at the end. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: cursor.optional(),
};
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** RFC 9457, with our stable code. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;
