import { errorMonitor } from 'node:events';
import type { EventEmitter } from 'node:events';
import { bytesIn, isEventEmitter } from '../../realms';
import { shadowMethod } from '../../replace-method';
import { dataProperty, readField } from '../../safe-access';
import { ATTR_FC_TRACED_STREAM_BYTES, ATTR_FC_TRACED_STREAM_ITEMS } from '../../semconv';
import type { TracedCall } from './end-strategy';
import type { BuiltInStrategy, FollowedCall } from './followed-call';

interface NodeStream extends EventEmitter {
  readonly readable?: boolean;
  readonly writable?: boolean;
  readonly readableEnded?: boolean;
  readonly writableFinished?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: unknown;
}

/** The methods of loggers. */
const LEVELS = ['info', 'warn', 'error', 'debug', 'log'];

/** Returns whether a stream stays open for longer than a call: a connection, a logger, or an output of the process. */
function isLongLived(value: object): boolean {
  return (
    typeof dataProperty(value, 'setNoDelay') === 'function' ||
    LEVELS.filter((level) => typeof dataProperty(value, level) === 'function').length >= 3 ||
    value === process.stdout ||
    value === process.stderr ||
    value === process.stdin
  );
}

/** Returns whether a value is a Node.js stream that ends. */
export function isNodeStream(value: object): value is NodeStream {
  return (
    typeof dataProperty(value, 'pipe') === 'function' &&
    isEventEmitter(value) &&
    (typeof dataProperty(value, 'read') === 'function' || typeof dataProperty(value, 'write') === 'function') &&
    !isLongLived(value)
  );
}

function sizeOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return bytesIn(chunk)?.byteLength ?? 0;
}

/** Counts the chunks that are read from a stream, or written to it if it is not readable. Does not change its flow. */
function count(stream: NodeStream): () => Record<string, number> {
  let items = 0;
  let bytes = 0;
  const add = (chunk: unknown, encoding: unknown): void => {
    if (chunk === undefined || chunk === null || typeof chunk === 'function') return;
    items += 1;
    bytes += sizeOf(chunk, encoding);
  };
  const observe = (key: string, chunkOf: (args: readonly unknown[]) => readonly [unknown, unknown]): void => {
    const method = dataProperty(stream, key);
    if (typeof method !== 'function') return;
    shadowMethod(stream, key, method, function (this: unknown, ...args: unknown[]) {
      add(...chunkOf(args));
      return Reflect.apply(method, this, args) as unknown;
    });
  };
  if (typeof dataProperty(stream, 'read') === 'function') {
    observe('emit', ([event, chunk]) => (event === 'data' ? [chunk, undefined] : [undefined, undefined]));
  } else for (const key of ['write', 'end']) observe(key, ([chunk, encoding]) => [chunk, encoding]);
  return () => ({ [ATTR_FC_TRACED_STREAM_ITEMS]: items, [ATTR_FC_TRACED_STREAM_BYTES]: bytes });
}

/** Returns whether each side of the stream, readable and writable, has ended. */
function isOver(stream: NodeStream): boolean {
  return stream.readableEnded !== false && stream.writableFinished !== false;
}

/** Returns whether the stream was destroyed because its consumer stopped or a signal was aborted. */
function isAbort(error: unknown): boolean {
  return readField(error, 'code') === 'ABORT_ERR';
}

/** Ends a call with the events of a stream. */
export function watchStream(
  stream: NodeStream,
  call: Pick<TracedCall, 'counts' | 'annotate' | 'succeed' | 'fail' | 'cancel'>,
): void {
  const fail = (error: unknown): void => (isAbort(error) ? call.cancel() : call.fail(error));
  if (stream.errored) {
    fail(stream.errored);
    return;
  }
  if (stream.destroyed === true || (isOver(stream) && (stream.readableEnded ?? stream.writableFinished) === true)) {
    call.succeed();
    return;
  }
  const counted = call.counts ? count(stream) : undefined;
  const finish = (end: () => void): void => {
    if (counted !== undefined) call.annotate(counted());
    end();
  };
  const over = (): void => {
    if (isOver(stream)) finish(() => call.succeed());
  };
  // A listener of `errorMonitor` does not handle the error, so an unhandled error is still thrown.
  stream.on(errorMonitor, (error: unknown) => finish(() => fail(error)));
  stream.on('end', over);
  stream.on('finish', over);
  stream.on('close', () =>
    finish(() => (stream.errored ? fail(stream.errored) : isOver(stream) ? call.succeed() : call.cancel())),
  );
}

function follow(stream: NodeStream, call: FollowedCall): NodeStream {
  watchStream(stream, {
    counts: call.counts,
    annotate: (attributes) => call.annotate(attributes),
    succeed: () => call.succeed(stream),
    fail: (error) => call.fail(error),
    cancel: () => call.cancel(),
  });
  // A cursor that is a stream, such as that of mongoose, can be read without ending the stream.
  if (typeof dataProperty(stream, 'next') === 'function') {
    (require('./cursor') as typeof import('./cursor')).followCursor(stream, call);
  }
  return stream;
}

/**
 * `Readable`, `Writable` and `Duplex` of Node.js. The caller gets the same stream. The span ends when the stream ends,
 * is closed or destroyed, or fails.
 */
export const nodeStreamEndStrategy: BuiltInStrategy<NodeStream> = { supports: isNodeStream, follow };
