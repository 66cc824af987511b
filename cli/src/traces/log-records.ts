import type { SpanRecord } from 'fc-traced/testing';
import type { ViewerLog } from '../viewer/model/span';

// FC's logger: time, request id and level before the text. fc-traced adds the ids, to text and to JSON.
const FC_LINE = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?) (\S+) \[(\w+)\] ?(.*)$/s;
const TRACE_ID = /\btrace_id(?:=|":")([0-9a-f]{32})\b/;
const SPAN_ID = /\bspan_id(?:=|":")([0-9a-f]{16})\b/;
const CORRELATION = / trace_id=[0-9a-f]{32} span_id=[0-9a-f]{16}(?: trace_flags=[0-9a-f]{2})?(?: request_id=\S+)?$/;
// Lines that wait for FC's span of their request, which arrives when the request ends.
const MAX_WAITING = 1_000;
const MAX_REQUESTS = 10_000;

interface ParsedLine {
  readonly log: Omit<ViewerLog, 'traceId'>;
  readonly traceId: string | undefined;
  readonly requestId: string | undefined;
}

const nanosOf = (millis: number): bigint => BigInt(Math.round(millis * 1e3)) * 1_000n;

/** Reads what a line of a function's log says about itself. `now` is the time in milliseconds if it says none. */
export function parseLogLine(line: string, service: string, now: number): ParsedLine {
  const [, time, requestId, level = '', text = line] = FC_LINE.exec(line) ?? [];
  const millis = time === undefined ? Number.NaN : Date.parse(time.endsWith('Z') ? time : `${time}Z`);
  const spanId = SPAN_ID.exec(line)?.[1];
  return {
    log: {
      ...(spanId === undefined ? {} : { spanId }),
      timeNanos: nanosOf(Number.isNaN(millis) ? now : millis),
      severity: level.toUpperCase(),
      // FC's runtime writes each text as one line.
      body: text.replace(CORRELATION, '').replaceAll('\r', '\n'),
      attributes: requestId === undefined ? {} : { request_id: requestId },
      resource: { 'service.name': service },
    },
    traceId: TRACE_ID.exec(line)?.[1],
    requestId,
  };
}

/** Finds the traces that the lines of the functions' logs belong to: by trace id, or by FC's request id. */
export class LogRecords {
  readonly #onLog: (log: ViewerLog) => void;
  // FC's span of each request: log lines without a span belong to it.
  readonly #requests = new Map<string, { readonly traceId: string; readonly spanId: string }>();
  #waiting: ParsedLine[] = [];

  constructor(onLog: (log: ViewerLog) => void) {
    this.#onLog = onLog;
  }

  addLine(line: string, service: string): void {
    const parsed = parseLogLine(line, service, performance.timeOrigin + performance.now());
    if (this.#assign(parsed) || parsed.requestId === undefined) return;
    this.#waiting.push(parsed);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Learns the traces of requests from FC's own spans. */
  addPlatformSpans(spans: readonly SpanRecord[]): void {
    for (const { attributes, traceId, spanId } of spans) {
      const requestId = attributes['fc.request_id'];
      if (typeof requestId !== 'string') continue;
      this.#requests.set(requestId, { traceId, spanId });
      if (this.#requests.size > MAX_REQUESTS) this.#requests.delete(this.#requests.keys().next().value!);
    }
    this.#waiting = this.#waiting.filter((parsed) => !this.#assign(parsed));
  }

  #assign({ log, traceId, requestId }: ParsedLine): boolean {
    const request = this.#requests.get(requestId ?? '');
    const owner = traceId ?? request?.traceId;
    if (owner === undefined) return false;
    const spanId = log.spanId ?? request?.spanId;
    this.#onLog({ ...log, traceId: owner, ...(spanId === undefined ? {} : { spanId }) });
    return true;
  }
}
