import type { HttpEvent, HttpStreamEvent } from '../fc/http-event';
import { parseJson } from '../fc/json';
import { HttpError } from './http-error';

/**
 * Reads the body of a request: text, base64, or a stream that is still arriving. Returns an empty `Buffer` if there is
 * no body. A stream can be read only once. Rejects with the error of the stream.
 *
 * @example
 * ```ts
 * import { readBody } from 'fc-traced';
 * import type { HttpEvent } from 'fc-traced';
 * export const size = async (event: HttpEvent): Promise<number> => (await readBody(event)).length;
 * ```
 */
export async function readBody(event: Pick<HttpEvent | HttpStreamEvent, 'body' | 'isBase64Encoded'>): Promise<Buffer> {
  const { body } = event;
  if (typeof body === 'string') return Buffer.from(body, isBase64(event.isBase64Encoded) ? 'base64' : 'utf8');
  // Loaded for the first body that is a stream: a program that only imports this does not need it.
  const { bodySourceOf, collect } = require('./body') as typeof import('./body');
  const source = bodySourceOf(body);
  return source === undefined ? Buffer.alloc(0) : collect(source);
}

/** API Gateway's documentation shows the string `"true"`. */
function isBase64(flag: unknown): boolean {
  return flag === true || flag === 'true';
}

/**
 * Parses the JSON body of a request, in the formats that {@link readBody} reads. Rejects with the error of a stream.
 *
 * @throws HttpError with status 400 if the body is not JSON
 *
 * @example
 * ```ts
 * import { readJson } from 'fc-traced';
 * import type { HttpEvent } from 'fc-traced';
 * export async function quantity(event: HttpEvent): Promise<number> {
 *   const order = (await readJson(event)) as { quantity: number };
 *   return order.quantity;
 * }
 * ```
 */
export async function readJson(event: Pick<HttpEvent | HttpStreamEvent, 'body' | 'isBase64Encoded'>): Promise<unknown> {
  const text = (await readBody(event)).toString('utf8');
  try {
    return parseJson(text);
  } catch (cause) {
    throw new HttpError(400, 'the body is not JSON', { cause });
  }
}
