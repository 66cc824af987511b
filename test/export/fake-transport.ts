import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { Delivery } from '../../src/export/delivery/delivery';
import type { DeliverySettings } from '../../src/export/delivery/delivery';
import type { SpanTransport, Transmission } from '../../src/export/delivery/http-transport';
import type { Verdict } from '../../src/export/delivery/verdict';

export const ACKNOWLEDGED: Verdict = { kind: 'acknowledged' };

export function failed(reason = 'connect ECONNREFUSED', retryAfterMillis?: number): Verdict {
  return { kind: 'failed', reason, timedOut: false, mayBeTooLarge: false, retryAfterMillis };
}

export const TIMED_OUT: Verdict = {
  kind: 'failed',
  reason: 'no answer within 1000 ms',
  timedOut: true,
  mayBeTooLarge: false,
};

export function refused(status = 403): Verdict {
  return { kind: 'refused', reason: `${status} Forbidden`, byContent: status === 400 };
}

/** A transport whose requests are answered by a function, at once or when `answerNext` is called. */
export class FakeTransport implements SpanTransport {
  readonly requests: string[][] = [];
  readonly spans: ReadableSpan[][] = [];
  mostOpen = 0;
  /** Returns the verdict on a request, or `undefined` to leave it open. */
  answer: (names: string[], spans: readonly ReadableSpan[]) => Verdict | undefined = () => ACKNOWLEDGED;
  rejected = 0;
  isClosed = false;
  private readonly open: ((verdict: Verdict) => void)[] = [];

  send(spans: readonly ReadableSpan[]): Transmission {
    const names = spans.map(({ name }) => name);
    this.requests.push(names);
    this.spans.push([...spans]);
    const verdict = new Promise<Verdict>((resolve) => {
      const given = this.answer(names, spans);
      this.open.push(resolve);
      this.mostOpen = Math.max(this.mostOpen, this.open.length);
      if (given === undefined) return;
      setImmediate(() => {
        this.open.splice(this.open.indexOf(resolve), 1);
        resolve(given);
      });
    });
    return { verdict, rejected: verdict.then(({ kind }) => (kind === 'acknowledged' ? this.rejected : 0)) };
  }

  answerNext(verdict: Verdict = ACKNOWLEDGED): void {
    this.open.shift()!(verdict);
  }

  close(): void {
    this.isClosed = true;
  }
}

export interface FakeSpan {
  readonly attributes?: Record<string, unknown>;
  readonly flags?: number;
  readonly parent?: { readonly spanId: string; readonly isRemote?: boolean };
}

/** A span of a child by default. */
export function fakeSpan(
  name: string,
  { attributes = {}, flags = 1, parent = { spanId: 'root' } }: FakeSpan = {},
): ReadableSpan {
  return {
    name,
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: flags }),
    parentSpanContext: parent,
    attributes,
    events: [],
    links: [],
    status: { code: 0 },
    resource: { attributes: {} },
  } as unknown as ReadableSpan;
}

export function deliveryWith(transport: SpanTransport, settings: Partial<DeliverySettings> = {}): Delivery {
  return new Delivery({
    transport,
    budgetMillis: 1_000,
    queueLimitSpans: 8_192,
    queueLimitBytes: 2 ** 30,
    sizeOf: () => 2_000,
    host: 'collector.example',
    clean: (text) => text,
    random: () => 0,
    ...settings,
  });
}
