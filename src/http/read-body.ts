import { bodySourceOf, collect } from './body-source';
import type { HttpEvent, HttpStreamEvent } from '../fc/http-event';
import { HttpError } from './http-error';

/**
 * The bytes of a request's body, in whichever form the request came: text, base64, or a stream that is still arriving. A stream can be
 * read once. Rejects with what the stream fails with.
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
  const source = bodySourceOf(body);
  return source === undefined ? Buffer.alloc(0) : collect(source);
}

/** API Gateway's documents show the text `"true"`. */
function isBase64(flag: unknown): boolean {
  return flag === true || flag === 'true';
}

/**
 * The value of a request's JSON body.
 *
 * @throws HttpError 400 when the body is not JSON
 *
 * @example
 * ```ts
 * import { readJson } from 'fc-traced';
 * import type { HttpEvent } from 'fc-traced';
 * export const quantity = async (event: HttpEvent): Promise<number> => ((await readJson(event)) as { quantity: number }).quantity;
 * ```
 */
export async function readJson(event: Pick<HttpEvent | HttpStreamEvent, 'body' | 'isBase64Encoded'>): Promise<unknown> {
  const text = (await readBody(event)).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HttpError(400, 'the body is not JSON', { cause });
  }
}
