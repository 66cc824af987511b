import { readField } from '../../safe-access';

/** The names of the errors with which libraries report that the caller stopped the work. */
const NAMES =
  /^(?:API|APIUser|Fetch|HTTP|Http|Operation|Request)?(?:Abort(?:ed)?|Cancel(?:l?ed|l?ation)?)(?:Error|Exception)?$/;
/** Their codes: of Node.js, undici, axios, got, superagent, POSIX, gRPC in words, and PostgreSQL (`query_canceled`). */
const CODES = new Set<unknown>([
  'ABORT_ERR',
  'UND_ERR_ABORTED',
  'ERR_ABORTED',
  'ERR_CANCELED',
  'ERR_CANCELLED',
  'ABORTED',
  'CANCELED',
  'CANCELLED',
  'ECANCELED',
  '57014',
]);

/** Returns whether an error itself says that the work was aborted or cancelled. Compared by name, for all realms. */
export function isAbortError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // The errors of some libraries all have the name `Error`, but their classes have names.
  const names = [readField(error, 'name'), readField(readField(error, 'constructor'), 'name')];
  return (
    names.some((name) => typeof name === 'string' && NAMES.test(name)) ||
    CODES.has(readField(error, 'code')) ||
    readField(error, 'isCanceled') === true ||
    readField(error, '__CANCEL__') === true
  );
}
