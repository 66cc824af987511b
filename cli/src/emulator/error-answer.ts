import type { Generation } from './context';
import type { Outcome } from './call-function';
import type { ErrorAnswer } from './instance-protocol';

type Failure = Extract<Outcome, { ok: false }>;

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? '';
  return String(value);
}

/**
 * The error that FC answers with. 3.0 gives the error's own name; 2.0 prefixes what was thrown, and does so on the error
 * object itself. How 3.0 answers a thrown value that is no error is not published: it is given as 2.0 gives it.
 */
export function errorAnswer({ error, from }: Failure, generation: Generation): ErrorAnswer {
  if (!(error instanceof Error)) {
    return {
      errorMessage: textOf(error),
      errorType: from === 'callback' ? 'FunctionHandledError' : 'FunctionUnhandledError',
    };
  }
  const stackTrace = (error.stack ?? '').split('\n');
  if (generation === '2.0' && from === 'throw') {
    try {
      error.name = `FunctionUnhandledError: ${error.name}`;
    } catch {
      // A frozen error keeps its name.
    }
  }
  return { errorMessage: error.message, errorType: error.name, stackTrace };
}
