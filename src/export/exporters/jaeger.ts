import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import type { ReadableSpan as SdkSpan } from '@opentelemetry/sdk-trace-base';
import { types } from 'node:util';
import { warnOnce } from '../../diagnostics';
import { readField } from '../../safe-access';
import type { ReadableSpan } from '../sdk';
import type { ExporterSettings, ResponseHead, SendFailure, SpanEncoder } from './exporters';

/** Creates the encoder of Jaeger thrift over HTTP. */
export function createEncoder({ url, headers, variables }: ExporterSettings): SpanEncoder {
  if (Object.keys(headers).length > 0) {
    warnOnce('the option headers is ignored: the Jaeger exporter cannot send further headers');
  }
  const target = new URL(url);
  if (target.search !== '') warnOnce('the query of the endpoint is ignored: the Jaeger exporter cannot send one');
  const username = target.username === '' ? variables.jaegerUser : decodeURIComponent(target.username);
  const password = target.username === '' ? variables.jaegerPassword : decodeURIComponent(target.password);
  const hasPassword = username !== undefined && password !== undefined && password !== '';
  Object.assign(target, { search: '', username: '', password: '', hash: '' });
  const exporter = new ThriftEncoder(url, hasPassword ? { username, password } : {});
  return {
    url: target,
    headers: {
      'Content-Type': 'application/x-thrift',
      ...(hasPassword && { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }),
    },
    repeatsResource: true,
    encode: (spans) => exporter.encode(spans),
    encodeSync: (spans) => exporter.encodeSync(spans),
  };
}

/** The members of jaeger-client's HTTP sender that are used. */
interface ThriftSender {
  readonly _batch: { readonly spans: unknown[] };
  readonly _jaegerThrift: { readonly Batch: { readonly rw: { toBuffer(batch: object): ThriftResult } } };
  _reset(): void;
  flush(callback: (count: number, error?: string) => void): void;
}
interface ThriftResult {
  readonly err?: unknown;
  readonly value?: Uint8Array;
}

/**
 * Has the Jaeger exporter encode spans, but not send them: its sender has no time limit, never closes a response that
 * does not end, and does not show the headers of a response. So the method of the sender that encodes and sends a batch
 * is replaced by one that encodes it. If a member that this needs is missing, the exporter sends the batch.
 */
class ThriftEncoder {
  private readonly exporter: JaegerExporter;
  private sender: ThriftSender | undefined;
  private encoded: ThriftResult | undefined;
  /** The number of spans of the batch that is being encoded. */
  private size = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(endpoint: string, credentials: { readonly username?: string; readonly password?: string }) {
    // The last two are for a batch that the exporter sends. `shutdown` starts a timer that keeps the process alive. The
    // sender would split a batch into requests of 100 spans; it is passed the settings.
    const settings = { endpoint, ...credentials, flushTimeout: 1, maxSpanBatchSize: Number.POSITIVE_INFINITY };
    this.exporter = new JaegerExporter(settings);
    this.captureSender();
  }

  /** Encodes one batch at a time, because the exporter collects the spans of a batch in its sender. */
  encode(spans: readonly ReadableSpan[]): Promise<Uint8Array | ResponseHead | SendFailure> {
    const result = this.last.then(() => this.encodeNow(spans));
    this.last = result.catch(() => {});
    return result;
  }

  /** The exporter adds the first span of a batch to its sender at once, and the others later. */
  encodeSync(spans: readonly ReadableSpan[]): Uint8Array | undefined {
    const others = this.sender?._batch.spans ?? [];
    this.sender?._reset();
    for (const span of spans) this.exporter.export([span] as SdkSpan[], () => {});
    const { sender } = this;
    if (sender?._batch.spans.length !== spans.length) return undefined;
    const { value } = sender._jaegerThrift.Batch.rw.toBuffer(sender._batch);
    sender._reset();
    // A batch may be under way, if the process goes on.
    sender._batch.spans.push(...others);
    return value;
  }

  private async encodeNow(spans: readonly ReadableSpan[]): Promise<Uint8Array | ResponseHead | SendFailure> {
    this.encoded = undefined;
    this.size = spans.length;
    // Spans of a batch that could not be encoded.
    this.sender?._reset();
    const error = await new Promise<Error | undefined>((resolve) =>
      this.exporter.export([...spans] as SdkSpan[], (result) =>
        resolve(result.code === 0 ? undefined : (result.error ?? new Error('the Jaeger exporter failed'))),
      ),
    );
    const encoded = this.encoded as ThriftResult | undefined;
    if (encoded !== undefined) {
      this.encoded = undefined;
      if (error === undefined && types.isUint8Array(encoded.value)) return encoded.value;
      throw error ?? new Error('thrift');
    }
    if (this.sender !== undefined) throw error ?? new Error('the Jaeger exporter encoded nothing');
    // The exporter has sent the batch.
    const status = error === undefined ? '200' : /HTTP (\d{3})\b/.exec(error.message)?.[1];
    return status === undefined ? { error: error!, timedOut: false } : { status: Number(status), headers: {} };
  }

  /** Replaces `flush` of the sender when the exporter creates it, which it does with its first batch. */
  private captureSender(): void {
    const getSender: unknown = readField(this.exporter, '_getSender');
    if (typeof getSender !== 'function') return warnOfSending('_getSender of @opentelemetry/exporter-jaeger');
    Object.defineProperty(this.exporter, '_getSender', {
      value: (span: unknown) => {
        const sender: unknown = Reflect.apply(getSender, this.exporter, [span]);
        if (this.sender === undefined) this.capture(sender);
        return sender;
      },
    });
  }

  private capture(sender: unknown): void {
    const batch = readField(readField(readField(sender, '_jaegerThrift'), 'Batch'), 'rw');
    const isComplete =
      Array.isArray(readField(readField(sender, '_batch'), 'spans')) &&
      typeof readField(batch, 'toBuffer') === 'function' &&
      typeof readField(sender, '_reset') === 'function';
    if (!isComplete) return warnOfSending('_batch, _jaegerThrift or _reset of jaeger-client');
    const own = sender as ThriftSender;
    this.sender = own;
    own.flush = (callback) => {
      const count = own._batch.spans.length;
      // The sender flushes parts of a batch if it has a limit.
      if (count < this.size) return callback(0);
      this.encoded = own._jaegerThrift.Batch.rw.toBuffer(own._batch);
      own._reset();
      const { err } = this.encoded;
      callback(count, err === undefined || err === null ? undefined : 'the batch cannot be encoded as Thrift');
    };
  }
}

function warnOfSending(member: string): void {
  warnOnce(
    `${member} is not as fc-traced expects: the Jaeger exporter sends its requests, without a time limit of their own`,
  );
}
