import { ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { callIn } from '../../tracing/context/active-context';
import type { SpanEncoder } from '../exporters/exporters';
import { HttpSender } from './http-sender';
import type { Exchange } from './http-sender';
import { verdictOf } from './verdict';
import type { Verdict } from './verdict';

/** One request that delivers spans. Its promises never reject. */
export interface Transmission {
  readonly verdict: Promise<Verdict>;
  /** How many spans of an acknowledged request were rejected, when the rest of the response is known. */
  readonly rejected: Promise<number>;
}

/** Sends spans to an endpoint, each call in one request. */
export interface SpanTransport {
  send(spans: readonly ReadableSpan[]): Transmission;
  /**
   * Sends batches without the event loop. Returns for each whether it was accepted, after `timeoutMillis` at the latest.
   */
  sendSync?(batches: readonly (readonly ReadableSpan[])[], timeoutMillis: number): readonly boolean[];
  /** Opens a connection for a request that follows shortly. Never throws. */
  prepare?(): void;
  /** Ends all requests. */
  close(): void;
}

/** A larger request is not sent: it would take too long to build. */
const MOST_REQUEST_BYTES = 8 * 1024 * 1024;
/** The most bytes of a response body after decompression. */
const MOST_BODY_BYTES = 262_144;

type Decoder = (
  body: Buffer,
  options: { readonly maxOutputLength: number },
  done: (error: Error | null, decoded: Buffer) => void,
) => void;
/** The functions of `node:zlib` that decode a body. */
const DECODERS: Readonly<Record<string, 'gunzip' | 'inflate' | 'brotliDecompress'>> = {
  gzip: 'gunzip',
  'x-gzip': 'gunzip',
  deflate: 'inflate',
  br: 'brotliDecompress',
};

/** Sends spans over HTTP as an encoder encodes them. Its requests are not traced and carry no trace context. */
export class HttpTransport implements SpanTransport {
  private readonly sender: HttpSender;

  constructor(
    private readonly encoder: SpanEncoder,
    timeoutMillis: number,
  ) {
    const { url, headers, tls } = encoder;
    this.sender = new HttpSender({ url, headers, timeoutMillis, ...(tls !== undefined && { tls }) });
  }

  send(spans: readonly ReadableSpan[]): Transmission {
    let countRejected: (count: number | Promise<number>) => void = () => {};
    const rejected = new Promise<number>((resolve) => (countRejected = resolve));
    const transmit = (): Promise<Verdict> => this.transmit(spans, countRejected);
    const verdict = callIn(suppressTracing(ROOT_CONTEXT), transmit, undefined, []) as Promise<Verdict>;
    return { verdict, rejected };
  }

  sendSync(batches: readonly (readonly ReadableSpan[])[], timeoutMillis: number): readonly boolean[] {
    const bodies = batches.map((spans) => this.encoder.encodeSync(spans));
    const { sendSync } = require('./send-sync') as typeof import('./send-sync');
    return sendSync(this.sender.target, bodies, timeoutMillis);
  }

  prepare(): void {
    callIn(suppressTracing(ROOT_CONTEXT), () => this.sender.prepare(), undefined, []);
  }

  close(): void {
    this.sender.close();
  }

  private async transmit(
    spans: readonly ReadableSpan[],
    countRejected: (count: number | Promise<number>) => void,
  ): Promise<Verdict> {
    let body: Uint8Array;
    try {
      body = await this.encoder.encode(spans);
    } catch (error) {
      countRejected(0);
      return { kind: 'unencodable', reason: `spans cannot be encoded: ${String(error)}`, byContent: true };
    }
    if (body.byteLength > MOST_REQUEST_BYTES) {
      countRejected(0);
      return { kind: 'too large', reason: `more than ${MOST_REQUEST_BYTES} bytes` };
    }
    const exchange = this.sender.post(body);
    const head = await exchange.head;
    const verdict = verdictOf(head, body.byteLength);
    const hasBody = verdict.kind === 'acknowledged' && 'status' in head;
    countRejected(
      hasBody ? this.rejectedIn(exchange, String(head.headers['content-encoding'] ?? ''), spans.length) : 0,
    );
    return verdict;
  }

  private async rejectedIn({ body }: Exchange, encoding: string, most: number): Promise<number> {
    try {
      const received = await body;
      if (received === undefined || received.length === 0 || this.encoder.rejectedIn === undefined) return 0;
      const count = this.encoder.rejectedIn(await decode(received, encoding));
      return Number.isFinite(count) ? Math.min(most, Math.max(0, Math.trunc(count))) : 0;
    } catch {
      // The status acknowledged the request. A body that cannot be read does not change that.
      return 0;
    }
  }
}

function decode(body: Buffer, encoding: string): Promise<Buffer> | Buffer {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return body;
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder === undefined) throw new Error('unknown content encoding');
  // Loaded when it is needed: few collectors compress their responses.
  const zlib = require('node:zlib') as Readonly<Record<typeof decoder, Decoder>>;
  return new Promise((resolve, reject) => {
    zlib[decoder](body, { maxOutputLength: MOST_BODY_BYTES }, (error, decoded) =>
      error === null ? resolve(decoded) : reject(error),
    );
  });
}
