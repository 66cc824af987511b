import type { ViewerSpan } from './span';
import { serviceOf } from './summary';

/** Whose time a span is: Function Compute's own, that of a cold start, or the function's work. */
export type Phase = 'platform' | 'coldStart' | 'function';

/** The phases in the order in which an invocation goes through them. */
export const PHASES: readonly Phase[] = ['platform', 'coldStart', 'function'];

// FC documents these names of its own spans. The emulator uses the same.
const PLATFORM_NAMES = new Set(['InvokeFunction', 'Invocation']);
const COLD_START_NAMES = new Set(['ColdStart', 'PrepareCode', 'RuntimeInitialization', 'Initializer']);
const FC_TRACED_COLD_START = 'cold start';

function isOfPlatform(span: ViewerSpan): boolean {
  return serviceOf(span) === 'fc.platform' || !(span.scope?.name ?? '').startsWith('fc-traced');
}

/** The phase of a span, given that of its parent. The children of a cold start belong to it. */
export function phaseOf(span: ViewerSpan, parent: Phase | undefined): Phase {
  if (parent === 'coldStart') return 'coldStart';
  if (COLD_START_NAMES.has(span.name) && isOfPlatform(span)) return 'coldStart';
  if (span.name === FC_TRACED_COLD_START && span.attributes['faas.coldstart'] === true) return 'coldStart';
  if (serviceOf(span) === 'fc.platform') return 'platform';
  return PLATFORM_NAMES.has(span.name) && isOfPlatform(span) && span.kind === 'internal' ? 'platform' : 'function';
}
