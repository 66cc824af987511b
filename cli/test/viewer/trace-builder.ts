import type { ViewerLog, ViewerSpan } from '../../src/viewer/model/span';
import { span, spanIdOf, traceIdOf } from './spans';

/** The start of the traces: a fixed time, so that screenshots do not change. */
const EPOCH = 1_795_726_800_000_000_000n;

/** What a span of a trace is, in addition to its name and its times. */
type Fields = Partial<ViewerSpan>;

/** Builds a trace whose times are milliseconds since its start. */
export class TraceBuilder {
  readonly traceId: string;
  readonly spans: ViewerSpan[] = [];
  readonly logs: ViewerLog[] = [];
  readonly #start: bigint;

  constructor(number: number) {
    this.traceId = traceIdOf(number);
    this.#start = EPOCH + BigInt(number) * 1_437_000_000n;
  }

  /** Adds a span and returns its id. */
  add(name: string, parent: string | undefined, start: number, end: number, fields: Fields = {}): string {
    const spanId = spanIdOf(this.spans.length + 1);
    this.spans.push(
      span({
        traceId: this.traceId,
        spanId,
        ...(parent === undefined ? {} : { parentSpanId: parent }),
        name,
        startNanos: this.at(start),
        endNanos: this.at(end),
        scope: { name: 'fc-traced', version: '0.1.0' },
        ...fields,
      }),
    );
    return spanId;
  }

  log(spanId: string, time: number, severity: string, body: string): void {
    this.logs.push({
      traceId: this.traceId,
      spanId,
      timeNanos: this.at(time),
      severity,
      body,
      attributes: {},
      resource: { 'service.name': 'orders' },
    });
  }

  at(milliseconds: number): bigint {
    return this.#start + BigInt(Math.round(milliseconds * 1e6));
  }
}

/** An error with its exception event, as the SDK records it. */
export function failed(trace: TraceBuilder, time: number, type: string, message: string): Fields {
  return {
    status: { code: 'ERROR', message },
    events: [
      {
        name: 'exception',
        timeNanos: trace.at(time),
        attributes: {
          'exception.type': type,
          'exception.message': message,
          'exception.stacktrace': `${type}: ${message}\n    at Stock.reserve (/code/stock.js:14:11)\n    at Orders.place (/code/orders.js:22:28)`,
        },
      },
    ],
  };
}
