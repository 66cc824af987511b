import { finished } from 'node:stream';
import { shadowMethod } from '../../replace-method';
import { dataProperty } from '../../safe-access';
import { ATTR_FC_TRACED_STREAM_BYTES, ATTR_FC_TRACED_STREAM_ITEMS } from '../../semconv';
import type { EndStrategy, TracedCall } from './end-strategy';
import { followIterator } from './iterator';

type Step = (...args: unknown[]) => unknown;
interface ReadResult {
  readonly done: boolean;
  readonly value?: unknown;
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value instanceof Uint8Array ? value.byteLength : 0;
}

/** Watches a promise that the stream made; the promise that is handed on settles alike. */
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
  const made = make(method as Step);
  shadowMethod(object, key, method, function (this: unknown, ...args: unknown[]) {
    return Reflect.apply(made, this, args);
  });
}

/** Counts what is read, on the span as it goes if that is asked for. */
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
  const seen = counter(call);
  const settled = ({ done, value }: ReadResult): void => (done ? call.succeed() : seen(value));
  shadow(
    reader,
    'read',
    (read) =>
      (...args) =>
        settle(call.run(read, reader, args) as Promise<ReadResult>, settled, call),
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

/** The ways to read a web stream to its end. */
function followReadable(stream: ReadableStream, call: TracedCall): ReadableStream {
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
    // The first branch that is read to its end has seen the whole.
    const branches = Reflect.apply(tee, stream, []) as ReadableStream[];
    return branches.map((branch) => followReadable(branch, call));
  });
  shadow(stream, 'pipeThrough', (pipeThrough) => (...args) => {
    const piped = Reflect.apply(pipeThrough, stream, args);
    return piped instanceof ReadableStream ? followReadable(piped, call) : piped;
  });
  const iterate =
    (values: Step): Step =>
    (...args) =>
      followIterator(Reflect.apply(values, stream, args) as object, call, counter(call));
  shadow(stream, 'values', iterate);
  shadow(stream, Symbol.asyncIterator, iterate);
  return stream;
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
  // Node looks on from inside, a little later: a stream that is piped here takes a writer that nobody sees.
  finished(stream as unknown as NodeJS.WritableStream, (error) => {
    if (isAborted) call.cancel();
    else if (error) call.fail(error);
    else call.succeed();
  });
  return stream;
}

/** Web streams: the very stream; its span ends when it is read or written to its end, cancelled, aborted or failed. */
export const webStreamEndStrategy: EndStrategy<ReadableStream | WritableStream | TransformStream> = {
  supports: (value): value is ReadableStream | WritableStream | TransformStream =>
    value instanceof ReadableStream || value instanceof WritableStream || value instanceof TransformStream,
  follow(stream, call) {
    if (stream instanceof TransformStream) followReadable(stream.readable, call);
    else if (stream instanceof ReadableStream) followReadable(stream, call);
    else followWritable(stream, call);
    return stream;
  },
};

/** A fetch `Response`: the very object; its span ends with its body. */
export const responseEndStrategy: EndStrategy<Response> = {
  // The tag first: to name the global Response makes Node load fetch, tens of milliseconds.
  supports: (value): value is Response =>
    dataProperty(value, Symbol.toStringTag) === 'Response' && value instanceof Response,
  follow(response, call) {
    if (response.body === null || response.bodyUsed) call.succeed(response);
    else followReadable(response.body, call);
    return response;
  },
};
