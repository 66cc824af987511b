import { bytesIn } from '../realms';

/** A body that is read in pieces. */
export interface BodySource {
  /** Resolves to the next piece, or to `undefined` at the end. Rejects with the error of the source. */
  next(): Promise<Uint8Array | undefined>;
  /** Discards the rest. Resolves when the source has cleaned up. Never rejects. */
  cancel(): Promise<void>;
}

interface NodeReadable extends AsyncIterable<unknown> {
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  const bytes = bytesIn(chunk);
  if (bytes !== undefined) return bytes;
  throw new TypeError(
    `A body consists of strings and bytes, not of values of type ${chunk === null ? 'null' : typeof chunk}.`,
  );
}

function ofIterator(iterator: AsyncIterator<unknown> | Iterator<unknown>, stop: () => unknown): BodySource {
  const cancel = async (): Promise<void> => {
    try {
      await stop();
    } catch {
      // The rest is discarded, so an error of the source no longer matters.
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

function hasMethod(value: object, key: PropertyKey): boolean {
  return typeof Reflect.get(value, key) === 'function';
}

/** Loads the module when a value may be a stream, because loading it takes a part of each cold start. */
function isNodeReadable(value: object): boolean {
  const { isReadable } = require('node:stream') as typeof import('node:stream');
  return isReadable(value as NodeJS.ReadableStream) !== null;
}

/**
 * Returns the source of a Node.js stream, a web stream, an async iterable or a generator, and `undefined` for any other
 * value. Throws the error of a web stream that is locked.
 */
export function bodySourceOf(value: unknown): BodySource | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (hasMethod(value, 'getReader')) return ofWebStream(value as ReadableStream<unknown>);
  if (hasMethod(value, 'pipe') && hasMethod(value, Symbol.asyncIterator) && isNodeReadable(value)) {
    const readable = value as NodeReadable;
    // The iterator listens for errors only while a piece is requested. An error without a listener ends the process.
    readable.on('error', () => {});
    const iterator = readable[Symbol.asyncIterator]();
    // `destroy`, because `return` of the iterator waits for the next piece.
    return ofIterator(iterator, () => readable.destroy());
  }
  if (hasMethod(value, Symbol.asyncIterator)) {
    const iterator = (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return ofIterator(iterator, () => iterator.return?.());
  }
  // Of sync iterables only generators: arrays and maps are values that become JSON.
  if (hasMethod(value, 'next') && hasMethod(value, Symbol.iterator)) {
    const iterator = value as Iterator<unknown>;
    return ofIterator(iterator, () => iterator.return?.());
  }
  return undefined;
}

/** Whether {@link bodySourceOf} accepts a value. Does not start the stream. */
export function isBodyStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (
    hasMethod(value, 'getReader') ||
    hasMethod(value, Symbol.asyncIterator) ||
    (hasMethod(value, 'next') && hasMethod(value, Symbol.iterator))
  );
}

/** Reads all bytes of a source. Rejects with the error of the source. */
export async function collect(source: BodySource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let piece = await source.next(); piece !== undefined; piece = await source.next()) pieces.push(piece);
  return Buffer.concat(pieces);
}
