import { isReadable } from 'node:stream';
import type { HttpEvent, HttpStreamEvent } from '../fc/http-event';
import { HttpError } from './http-error';

/** The pieces of a body that are not all there yet. */
export interface BodySource {
  /** The next piece; nothing at the end. Rejects with the source's own error. */
  next(): Promise<Uint8Array | undefined>;
  /** Says that nobody wants the rest. Resolves when the source has put its things away; never rejects. */
  cancel(): Promise<void>;
}

interface NodeReadable extends AsyncIterable<unknown> {
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError(
    `A body is made of texts and bytes, not of values of type ${chunk === null ? 'null' : typeof chunk}.`,
  );
}

function ofIterator(iterator: AsyncIterator<unknown> | Iterator<unknown>, stop: () => unknown): BodySource {
  const cancel = async (): Promise<void> => {
    try {
      await stop();
    } catch {
      // It was to stop; whatever it says to that comes too late.
    }
  };
  return {
    async next() {
      const { done, value } = await iterator.next();
      if (done === true) return undefined;
      try {
        return bytesOf(await value);
      } catch (error) {
        void cancel();
        throw error;
      }
    },
    cancel,
  };
}

function ofWebStream(stream: ReadableStream<unknown>): BodySource {
  const reader = stream.getReader();
  return ofIterator({ next: () => reader.read() as Promise<IteratorResult<unknown>> }, () => reader.cancel());
}

function has(value: object, key: PropertyKey): boolean {
  return typeof Reflect.get(value, key) === 'function';
}

/**
 * A stream as a source of bytes: a Node.js stream, a web stream, an async iterable, a generator. Nothing for any other value. Throws
 * what a locked stream throws.
 */
export function bodySourceOf(value: unknown): BodySource | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (has(value, 'getReader')) return ofWebStream(value as ReadableStream<unknown>);
  if (has(value, 'pipe') && has(value, Symbol.asyncIterator) && isReadable(value as NodeJS.ReadableStream) !== null) {
    const readable = value as NodeReadable;
    // The iterator hears of an error only while it is asked for pieces; one that nobody hears of ends the process.
    readable.on('error', () => {});
    const iterator = readable[Symbol.asyncIterator]();
    // Its iterator is a generator that waits for the next piece before it hears of a return.
    return ofIterator(iterator, () => readable.destroy());
  }
  if (has(value, Symbol.asyncIterator)) {
    const iterator = (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return ofIterator(iterator, () => iterator.return?.());
  }
  // Lists and maps are values; a generator is work to be done.
  if (has(value, 'next') && has(value, Symbol.iterator)) {
    const iterator = value as Iterator<unknown>;
    return ofIterator(iterator, () => iterator.return?.());
  }
  return undefined;
}

/** Whether a value is a stream that {@link bodySourceOf} takes; starts nothing. */
export function isBodyStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (
    has(value, 'getReader') || has(value, Symbol.asyncIterator) || (has(value, 'next') && has(value, Symbol.iterator))
  );
}

/** All bytes of a source. */
export async function collect(source: BodySource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let piece = await source.next(); piece !== undefined; piece = await source.next()) pieces.push(piece);
  return Buffer.concat(pieces);
}

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
