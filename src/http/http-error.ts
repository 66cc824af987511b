import { FcTracedError } from '../errors';

/** What an {@link HttpError} can carry beside its status. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Headers of the response. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The response's body, in place of the problem document; anything that an entry method may return as `body`. */
  readonly body?: unknown;
}

/** How copies of this package know each other's errors. */
const BRAND = Symbol.for('fc-traced HttpError');

/**
 * An error that is an HTTP response: thrown out of an entry method, it becomes its status code and a problem document
 * (`application/problem+json`, RFC 9457) whose `detail` is the message. So the message is public.
 *
 * From 500 on the invocation's span is marked as failed; below, it is an answer like any other. Errors of every other kind become a 500
 * that says nothing of them.
 *
 * @throws FcTracedError `INVALID_OPTION` when the status is no whole number from 400 to 599
 *
 * @example
 * ```ts
 * import { HttpError } from 'fc-traced';
 * export function check(sku: string): void {
 *   if (sku === 'unicorn') throw new HttpError(404, 'there are no unicorns', { headers: { 'cache-control': 'no-store' } });
 * }
 * ```
 */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
  /** @internal */
  readonly [BRAND] = true;

  constructor(statusCode: number, message?: string, { headers = {}, body, ...options }: HttpErrorOptions = {}) {
    super(message, options);
    if (!Number.isInteger(statusCode) || statusCode < 400 || statusCode > 599) {
      throw new FcTracedError(
        'INVALID_OPTION',
        `An HttpError takes a status code from 400 to 599, not ${typeof statusCode === 'string' ? JSON.stringify(statusCode) : String(statusCode)}.`,
      );
    }
    this.name = 'HttpError';
    this.statusCode = statusCode;
    this.headers = headers;
    this.body = body;
  }
}

/** Whether something thrown is an {@link HttpError}, of this copy of the package or another. */
export function isHttpError(error: unknown): error is HttpError {
  try {
    return typeof error === 'object' && error !== null && Reflect.get(error, BRAND) === true;
  } catch {
    return false;
  }
}
