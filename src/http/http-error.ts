import { FcTracedError } from '../errors';
import { HTTP_ERROR } from '../tracing/calls/failure';

/** Options of {@link HttpError}. `cause` is that of `Error`. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Headers of the response. Default: none. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The body of the response: anything that an entry method may return as `body`. Default: a problem document. */
  readonly body?: unknown;
}

/**
 * An error that becomes an HTTP response when an entry method throws it: with its status code and a problem document
 * (`application/problem+json`, RFC 9457) whose `detail` is the message. The message is therefore public.
 *
 * A status from 500 on sets the status of the invocation span to ERROR, and that of each traced method that throws it. A
 * lower one is a response, not a failure, and marks no span. Any other error becomes a 500 without details.
 *
 * @throws FcTracedError `INVALID_OPTION` if the status code is not an integer from 400 to 599
 *
 * @example
 * ```ts
 * import { HttpError } from 'fc-traced';
 * export function check(sku: string): void {
 *   if (sku !== 'unicorn') return;
 *   throw new HttpError(404, 'there are no unicorns', { headers: { 'cache-control': 'no-store' } });
 * }
 * ```
 */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
  /** @internal */
  readonly [HTTP_ERROR] = true;

  constructor(statusCode: number, message?: string, { headers = {}, body, ...options }: HttpErrorOptions = {}) {
    super(message, options);
    if (!Number.isInteger(statusCode) || statusCode < 400 || statusCode > 599) {
      throw new FcTracedError(
        'INVALID_OPTION',
        `HttpError requires a status code from 400 to 599, not ${typeof statusCode === 'string' ? JSON.stringify(statusCode) : String(statusCode)}.`,
      );
    }
    this.name = 'HttpError';
    this.statusCode = statusCode;
    this.headers = headers;
    this.body = body;
  }
}

/** Whether a thrown value is an {@link HttpError}, of this copy of the package or another. */
export function isHttpError(error: unknown): error is HttpError {
  try {
    return typeof error === 'object' && error !== null && Reflect.get(error, HTTP_ERROR) === true;
  } catch {
    return false;
  }
}
