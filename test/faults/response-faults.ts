import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Exchange } from './exchange';
import type { Fault } from './fault';

function answering(answer: (exchange: Exchange, timeoutMillis: number) => void | Promise<void>): Fault['start'] {
  return (timeoutMillis) => ({ answer: (exchange) => answer(exchange, timeoutMillis) });
}

/** A field of a protobuf message that contains bytes. All lengths are below 128. */
const bytesField = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);

/** An `ExportTraceServiceResponse` with `partial_success`. */
function partialSuccess(rejectedSpans: number, message: string): Buffer {
  const low = rejectedSpans & 0x7f;
  const rejected = rejectedSpans < 128 ? [0x08, low] : [0x08, low | 0x80, rejectedSpans >> 7];
  const fields = [rejectedSpans === 0 ? Buffer.alloc(0) : Buffer.from(rejected), bytesField(2, Buffer.from(message))];
  return bytesField(1, Buffer.concat(fields));
}

/** Stores all spans but `count`, and says so. Jaeger's protocol has no such response; it accepts all of them. */
async function rejectSome(exchange: Exchange, count: (spans: number) => number): Promise<void> {
  const { spanIds } = await exchange.read();
  const rejected = exchange.protocol === 'jaeger' ? 0 : count(spanIds.length);
  const accepted = spanIds.slice(rejected);
  exchange.storeOnly(accepted);
  exchange.acknowledgeWithResponse(accepted);
  exchange.response
    .writeHead(200, { 'content-type': 'application/x-protobuf' })
    .end(partialSuccess(rejected, rejected === 0 ? 'deprecated attribute' : 'too old'));
}

/** Rejects requests that `isTooLarge`. */
async function limit(
  exchange: Exchange,
  isTooLarge: (request: { bytes: number; spanIds: readonly string[] }) => boolean,
  status: number,
): Promise<void> {
  const request = await exchange.read();
  if (isTooLarge(request)) {
    exchange.response.writeHead(status).end('request body too large\n');
    return;
  }
  exchange.storeOnly(request.spanIds);
  exchange.acknowledgeWithResponse(request.spanIds);
  exchange.response.writeHead(200).end();
}

const CHUNK = Buffer.alloc(65_536);

/** Faults of responses: the collector reads the request, or a part of it, and responds in HTTP. */
export const responseFaults = {
  'reads the request and never responds': {
    start: answering(async (exchange) => void (await exchange.read())),
    spans: 'retryable',
  },
  'reads the request and resets the connection': {
    start: answering(async (exchange) => {
      await exchange.read();
      exchange.socket.resetAndDestroy();
    }),
    spans: 'retryable',
  },
  'reads the request and closes the connection': {
    start: answering(async (exchange) => {
      await exchange.read();
      exchange.socket.end();
    }),
    spans: 'retryable',
  },
  'stores the spans and resets the connection': {
    start: answering(async (exchange) => {
      await exchange.store();
      exchange.socket.resetAndDestroy();
    }),
    spans: 'retryable',
    losesAcknowledgements: true,
  },
  'acknowledges after the timeout': {
    start: answering(async (exchange, timeoutMillis) => {
      await exchange.store();
      await sleep(timeoutMillis + 200, undefined, { ref: false });
      exchange.response.writeHead(200).end();
    }),
    spans: 'retryable',
    losesAcknowledgements: true,
  },
  'is silent after the headers': {
    start: answering(async (exchange) => {
      await exchange.store();
      exchange.response.writeHead(200, { 'content-length': '10' }).flushHeaders();
    }),
    spans: 'accepted',
    losesAcknowledgements: true,
  },
  'sends a response that never ends': {
    start: answering(async (exchange) => {
      await exchange.store();
      endless(exchange, 200);
    }),
    spans: 'accepted',
    losesAcknowledgements: true,
  },
  'sends an error that never ends': {
    start: answering(async (exchange) => {
      await exchange.read();
      endless(exchange, 503);
    }),
    spans: 'retryable',
  },
  'closes the connection in the middle of the body': {
    start: answering(async (exchange) => {
      await exchange.store();
      exchange.response.writeHead(200, { 'content-length': '100' });
      exchange.response.write('0123456789', () => exchange.socket.end());
    }),
    spans: 'accepted',
    losesAcknowledgements: true,
  },
  'sends the body slowly': {
    start: answering(async (exchange) => {
      const spanIds = await exchange.store();
      exchange.acknowledgeWithResponse(spanIds);
      exchange.response.writeHead(200, { 'content-type': 'application/x-protobuf' });
      for (const byte of partialSuccess(0, 'ok')) {
        await sleep(20);
        exchange.response.write(Buffer.from([byte]));
      }
      exchange.response.end();
    }),
    spans: 'accepted',
  },
  'responds before it has read the request': {
    start: answering((exchange) => {
      exchange.response.writeHead(503, { connection: 'close' }).end();
    }),
    spans: 'retryable',
  },
  'sends a response of 16 MB': {
    start: answering(async (exchange) => {
      await exchange.store();
      exchange.response.writeHead(200, { 'content-type': 'application/x-protobuf' });
      await pipeline(Readable.from(Array.from({ length: 256 }, () => CHUNK)), exchange.response);
    }),
    spans: 'accepted',
    losesAcknowledgements: true,
  },
  'sends an invalid protobuf response': {
    start: answering((exchange) => exchange.accept(Buffer.from('\xff\xff\xff not protobuf', 'latin1'))),
    spans: 'accepted',
    losesAcknowledgements: true,
  },
  'compresses its response': {
    start: answering((exchange) =>
      exchange.accept(gzipSync(partialSuccess(0, 'deprecated attribute')), { 'content-encoding': 'gzip' }),
    ),
    spans: 'accepted',
  },
  'responds with 200 and no body': { start: answering((exchange) => exchange.accept()), spans: 'accepted' },
  'responds with 202': { start: answering((exchange) => exchange.accept(undefined, {}, 202)), spans: 'accepted' },
  'responds with 204': { start: answering((exchange) => exchange.accept(undefined, {}, 204)), spans: 'accepted' },
  'rejects one span of each request': {
    start: answering((exchange) => rejectSome(exchange, () => 1)),
    spans: 'mixed',
  },
  'rejects all spans of each request': {
    start: answering((exchange) => rejectSome(exchange, (spans) => spans)),
    spans: 'mixed',
  },
  'accepts all spans with a warning': {
    start: answering((exchange) => rejectSome(exchange, () => 0)),
    spans: 'accepted',
  },
  'rejects requests above 4 KB with 413': {
    start: answering((exchange) => limit(exchange, ({ bytes }) => bytes > 4_096, 413)),
    spans: 'mixed',
  },
  'rejects requests above 4 KB with 400': {
    start: answering((exchange) => limit(exchange, ({ bytes }) => bytes > 4_096, 400)),
    spans: 'mixed',
  },
  'rejects requests above 4 KB with 500': {
    start: answering((exchange) => limit(exchange, ({ bytes }) => bytes > 4_096, 500)),
    spans: 'mixed',
  },
  'rejects requests above 10 spans with 413': {
    start: answering((exchange) => limit(exchange, ({ spanIds }) => spanIds.length > 10, 413)),
    spans: 'mixed',
  },
  'rejects every other request with 503': {
    start: () => {
      let count = 0;
      return { answer: (exchange) => ((count += 1) % 2 === 1 ? exchange.reject(503) : exchange.accept()) };
    },
    spans: 'retryable',
    isIntermittent: true,
  },
  'rejects two requests in three with 429': {
    start: () => {
      let count = 0;
      return {
        answer: (exchange) =>
          (count += 1) % 3 === 0 ? exchange.accept() : exchange.reject(429, { 'retry-after': '1' }),
      };
    },
    spans: 'retryable',
    isIntermittent: true,
  },
} as const satisfies Record<string, Fault>;

/** Writes a byte every 10 ms until the connection closes. */
function endless({ response }: Exchange, status: number): void {
  response.writeHead(status, { 'content-type': 'application/x-protobuf' });
  const timer = setInterval(() => response.write('a'), 10);
  response.once('close', () => clearInterval(timer));
}
