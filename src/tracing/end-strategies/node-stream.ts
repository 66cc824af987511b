import { EventEmitter, errorMonitor } from 'node:events';
import { shadowMethod } from '../../replace-method';
import { dataProperty } from '../../safe-access';
import { ATTR_FC_TRACED_STREAM_BYTES, ATTR_FC_TRACED_STREAM_ITEMS } from '../../semconv';
import type { EndStrategy, TracedCall } from './end-strategy';

interface NodeStream extends EventEmitter {
  readonly readable?: boolean;
  readonly writable?: boolean;
  readonly readableEnded?: boolean;
  readonly writableFinished?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: unknown;
}

/** A socket is a connection, which is kept and reused, and no piece of work with an end. */
function isNodeStream(value: object): value is NodeStream {
  if (typeof dataProperty(value, 'setNoDelay') === 'function') return false;
  return (
    value instanceof EventEmitter &&
    typeof dataProperty(value, 'pipe') === 'function' &&
    (typeof dataProperty(value, 'read') === 'function' || typeof dataProperty(value, 'write') === 'function')
  );
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/** Counts what is read by looking on as it is handed out, and what is written as it comes in; the flow is not touched. */
function count(stream: NodeStream): () => Record<string, number> {
  let items = 0;
  let bytes = 0;
  const add = (chunk: unknown, encoding: unknown): void => {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return;
    items += 1;
    bytes += sizeOf(chunk, encoding);
  };
  const look = (key: string, chunkOf: (args: readonly unknown[]) => readonly [unknown, unknown]): void => {
    const method = dataProperty(stream, key);
    if (typeof method !== 'function') return;
    shadowMethod(stream, key, method, function (this: unknown, ...args: unknown[]) {
      add(...chunkOf(args));
      return Reflect.apply(method, this, args) as unknown;
    });
  };
  if (typeof dataProperty(stream, 'read') === 'function') {
    look('emit', ([event, chunk]) => (event === 'data' ? [chunk, undefined] : [undefined, undefined]));
  } else for (const key of ['write', 'end']) look(key, ([chunk, encoding]) => [chunk, encoding]);
  return () => ({ [ATTR_FC_TRACED_STREAM_ITEMS]: items, [ATTR_FC_TRACED_STREAM_BYTES]: bytes });
}

/** Whether both sides that the stream has are over. */
function isOver(stream: NodeStream): boolean {
  return stream.readableEnded !== false && stream.writableFinished !== false;
}

/** Whether Node destroyed the stream because the reader left it, or because a signal said so. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ABORT_ERR';
}

function follow(stream: NodeStream, call: TracedCall): NodeStream {
  const fail = (error: unknown): void => (isAbort(error) ? call.cancel() : call.fail(error));
  if (stream.errored) {
    fail(stream.errored);
    return stream;
  }
  if (stream.destroyed === true || (isOver(stream) && (stream.readableEnded ?? stream.writableFinished) === true)) {
    call.succeed();
    return stream;
  }
  const counted = call.counts ? count(stream) : undefined;
  const finish = (end: () => void): void => {
    if (counted !== undefined) call.annotate(counted());
    end();
  };
  const over = (): void => {
    if (isOver(stream)) finish(() => call.succeed());
  };
  // `errorMonitor` hears of an error without counting as its handler: an unhandled one still is.
  stream.on(errorMonitor, (error: unknown) => finish(() => fail(error)));
  stream.on('end', over);
  stream.on('finish', over);
  stream.on('close', () =>
    finish(() => (stream.errored ? fail(stream.errored) : isOver(stream) ? call.succeed() : call.cancel())),
  );
  return stream;
}

/** Node's Readable, Writable and Duplex: the very stream; its span ends with it, by end, close, error or destruction. */
export const nodeStreamEndStrategy: EndStrategy<NodeStream> = { supports: isNodeStream, follow };
