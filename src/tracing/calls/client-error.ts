/** Marks the instances of `HttpError`, of all copies of this package in a process. */
export const HTTP_ERROR = Symbol.for('fc-traced HttpError');

/**
 * Returns whether a thrown value is an `HttpError` with a status below 500. Such an error is the response to a request,
 * not a failure of the methods that throw it. Never throws.
 */
export function isClientError(error: unknown): boolean {
  try {
    if (typeof error !== 'object' || error === null || Reflect.get(error, HTTP_ERROR) !== true) return false;
    const statusCode: unknown = Reflect.get(error, 'statusCode');
    return typeof statusCode === 'number' && statusCode < 500;
  } catch {
    // A proxy or getter that throws.
    return false;
  }
}
