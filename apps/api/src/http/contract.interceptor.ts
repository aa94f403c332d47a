import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import type { Endpoint } from '#contracts';
import { SETTINGS, type ApiSettings } from '../settings.js';
import { ENDPOINT } from './mount.js';

/**
 * The second lock against leaks: an answer is read through the schema of its endpoint, and what the contract does not list
 * stays here. In development and tests a surplus field is a defect, so that nobody relies on it being dropped.
 */
@Injectable()
export class ContractInterceptor implements NestInterceptor {
  constructor(@Inject(SETTINGS) private readonly settings: Pick<ApiSettings, 'strictAnswers'>) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const endpoint = Reflect.getMetadata(ENDPOINT, context.getHandler()) as Endpoint;
    return next.handle().pipe(map((answer: unknown) => checkAnswer(endpoint, answer, this.settings.strictAnswers)));
  }
}

/** @throws Error when the handler broke the contract: a defect, never the asker's fault */
export function checkAnswer(endpoint: Endpoint, answer: unknown, strict: boolean): unknown {
  if (endpoint.response === null) return undefined;
  const parsed = endpoint.response.safeParse(answer);
  if (!parsed.success) {
    // paths only: the values may be what must not leave, and this text goes to the log
    const where = parsed.error.issues.map((issue) => `${issue.path.join('.')} (${issue.code})`).join(', ');
    throw new Error(`answer of ${endpoint.method} ${endpoint.path} breaks the contract at ${where}`);
  }
  if (strict) {
    const surplus = surplusFields(answer, parsed.data);
    if (surplus.length > 0) {
      throw new Error(
        `answer of ${endpoint.method} ${endpoint.path} has fields outside the contract: ${surplus.join(', ')}`,
      );
    }
  }
  return parsed.data;
}

/** Paths present in `given` and absent from `kept`. */
function surplusFields(given: unknown, kept: unknown, at = ''): string[] {
  if (typeof given !== 'object' || given === null || typeof kept !== 'object' || kept === null) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    const path = at === '' ? key : `${at}.${key}`;
    if (value !== undefined && !Object.hasOwn(kept, key)) return [path];
    return surplusFields(value, (kept as Record<string, unknown>)[key], path);
  });
}
