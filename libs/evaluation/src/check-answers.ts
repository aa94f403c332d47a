import type { PreflightCheck } from './preflight.js';

/** What a check found out, before it has its name. */
export type Answer = Omit<PreflightCheck, 'name'>;

export const passed = (detail: Answer['detail']): Answer => ({ status: 'passed', detail });

export const failed = (code: string, message: string, detail: Answer['detail'] = {}): Answer => ({
  status: 'failed',
  detail: { code, message, ...detail },
});

export const skip = (reason: string, detail: Answer['detail'] = {}): Answer => ({
  status: 'skipped',
  detail: { reason, ...detail },
});
