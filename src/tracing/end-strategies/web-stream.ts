import { bytesIn, hasTag, isReadableStream, isWritableStream } from '../../realms';
import { shadowMethod } from '../../replace-method';
import { readField } from '../../safe-access';
import { ATTR_FC_TRACED_STREAM_BYTES, ATTR_FC_TRACED_STREAM_ITEMS } from '../../semconv';
import type { TracedCall } from './end-strategy';
import type { FollowedCall } from './followed-call';
import { followIterator } from './iterator';
import { isNodeStream, watchStream } from './node-stream';

/** The kinds of web streams. */
export type WebStream = ReadableStream | WritableStream | TransformStream;

type Step = (...args: unknown[]) => unknown;
interface ReadResult {
  readonly done: boolean;
  readonly value?: unknown;
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : (bytesIn(value)?.byteLength ?? 0);
}

/** Ends the call if a promise of the stream is rejected. Returns a derived promise that settles in the same way. */
function settle<T>(promise: Promise<T>, fulfilled: (value: T) => void, call: TracedCall): Promise<T> {
  return promise.then(
    (value) => {
      fulfilled(value);
      return value;
    },
    (error: unknown) => {
      call.fail(error);
      throw error;
    },
  );
}

function shadow(object: object, key: PropertyKey, make: (method: Step) => Step): void {
  const method = Reflect.get(object, key) as unknown;
  if (typeof method !== 'function') return;
  const replacement = make(method as Step);
  shadowMethod(object, key, method, function (this: unknown, ...args: unknown[]) {
    return Reflect.apply(replacement, this, args);
  });
}

/** Returns a function that counts an item and its bytes on the span, if the option `countStream` is set. */
function counter(call: TracedCall): (item: unknown) => void {
  let items = 0;
  let bytes = 0;
  return (item) => {
    if (!call.counts) return;
    items += 1;
    bytes += sizeOf(item);
    call.annotate({ [ATTR_FC_TRACED_STREAM_ITEMS]: items, [ATTR_FC_TRACED_STREAM_BYTES]: bytes });
  };
}

function watchReader(reader: object, call: TracedCall): object {
  const count = counter(call);
  const onRead = ({ done, value }: ReadResult): void => (done ? call.succeed() : count(value));
  shadow(
    reader,
    'read',
    (read) =>
      (...args) =>
        settle(call.run(read, reader, args) as Promise<ReadResult>, onRead, call),
  );
  shadow(
    reader,
    'cancel',
    (cancel) =>
      (...args) =>
        settle(call.run(cancel, reader, args) as Promise<unknown>, () => call.cancel(), call),
  );
  return reader;
}

/** Ends a call with a readable stream, whichever way it is read. */
function followReadable(stream: ReadableStream, call: FollowedCall): ReadableStream {
  shadow(
    stream,
    'getReader',
    (getReader) =>
      (...args) =>
        watchReader(Reflect.apply(getReader, stream, args) as object, call),
  );
  shadow(
    stream,
    'pipeTo',
    (pipeTo) =>
      (...args) =>
        settle(Reflect.apply(pipeTo, stream, args) as Promise<unknown>, () => call.succeed(), call),
  );
  shadow(
    stream,
    'cancel',
    (cancel) =>
      (...args) =>
        settle(Reflect.apply(cancel, stream, args) as Promise<unknown>, () => call.cancel(), call),
  );
  shadow(stream, 'tee', (tee) => () => {
    // The first branch that is read to its end has read the whole stream.
    const branches = Reflect.apply(tee, stream, []) as ReadableStream[];
    return branches.map((branch) => followPart(branch, call));
  });
  shadow(stream, 'pipeThrough', (pipeThrough) => (...args) => {
    const piped = Reflect.apply(pipeThrough, stream, args);
    return isReadableStream(piped) ? followPart(piped, call) : piped;
  });
  const iterate =
    (values: Step): Step =>
    (...args) =>
      followIterator(Reflect.apply(values, stream, args) as object, call, counter(call));
  shadow(stream, 'values', iterate);
  shadow(stream, Symbol.asyncIterator, iterate);
  return stream;
}

/** Follows a stream that replaces the returned one, which may then be garbage-collected. */
function followPart(stream: ReadableStream, call: FollowedCall): ReadableStream {
  call.stayOpen(stream);
  return followReadable(stream, call);
}

function followWritable(stream: WritableStream, call: TracedCall): WritableStream {
  let isAborted = false;
  const closing = (close: Step): Step =>
    function (this: unknown, ...args) {
      return settle(Reflect.apply(close, this, args) as Promise<unknown>, () => call.succeed(), call);
    };
  const aborting = (abort: Step): Step =>
    function (this: unknown, ...args) {
      isAborted = true;
      return settle(Reflect.apply(abort, this, args) as Promise<unknown>, () => call.cancel(), call);
    };
  const shadowEnds = (target: object): void => {
    shadow(target, 'close', closing);
    shadow(target, 'abort', aborting);
  };
  shadowEnds(stream);
  shadow(stream, 'getWriter', (getWriter) => (...args) => {
    const writer = Reflect.apply(getWriter, stream, args) as WritableStreamDefaultWriter;
    shadowEnds(writer);
    return writer;
  });
  // `pipeTo` of another stream uses an internal writer, whose methods are not replaced above. `finished` reports that
  // end too.
  const { finished } = require('node:stream') as typeof import('node:stream');
  finished(stream as unknown as NodeJS.WritableStream, (error) => {
    if (isAborted) call.cancel();
    else if (error) call.fail(error);
    else call.succeed();
  });
  return stream;
}

/** Returns the readable side of a `TransformStream` or of another pair of streams. */
function readableSide(value: object): ReadableStream | undefined {
  if (!hasTag(value, 'TransformStream')) return undefined;
  const readable = readField(value, 'readable');
  return isReadableStream(readable) ? readable : undefined;
}

/**
 * Follows a web stream. The caller gets the same stream. The span ends when the stream is read or written to its end, is
 * cancelled or aborted, or fails.
 */
export function followWebStream(stream: WebStream, call: FollowedCall): WebStream {
  const readable = isReadableStream(stream) ? stream : readableSide(stream);
  if (readable === stream) followReadable(readable, call);
  else if (readable !== undefined) followPart(readable, call);
  else if (isWritableStream(stream)) followWritable(stream, call);
  else call.succeed(stream);
  return stream;
}

/** Follows a fetch `Response`. The caller gets the same object. The span ends when its body ends. */
export function followResponse(response: Response, call: FollowedCall): Response {
  const body: unknown = readField(response, 'body');
  if (typeof body !== 'object' || body === null || readField(response, 'bodyUsed') === true) call.succeed(response);
  else if (isReadableStream(body)) followPart(body, call);
  else if (isNodeStream(body)) {
    call.stayOpen(body);
    watchStream(body, call);
  } else call.succeed(response);
  return response;
}
