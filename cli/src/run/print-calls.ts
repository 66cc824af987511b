import { isUtf8 } from 'node:buffer';
import type { InvocationResult } from '../emulator/invocation';
import { paint, print } from '../terminal';
import { highlightTree, printable, renderTree, shortLogLine } from '../traces/render-trace';
import { isPlatformSpan } from '../traces/received-traces';
import type { ViewerSpan } from '../viewer/model/span';
import { toOtlpJson } from '../viewer/otlp-json';
import type { Call } from './call';

// Of many calls, the first ones and the failed ones are shown.
const SHOWN_CALLS = 10;
const SHOWN_FAILURES = 10;
const SHOWN_LOG_LINES = 200;
const SHOWN_BODY_CHARACTERS = 4000;

/** What a call is shown with: what the function logged, and its spans, which may be none. */
export interface TracedCall extends Call {
  readonly logs: readonly string[];
  readonly spans: readonly ViewerSpan[];
}

/** Prints the calls of `run`, and a summary of many. */
export interface CallPrinter {
  call(call: TracedCall): void;
  /** After all calls. `url` is where the traces can be seen. */
  end(): void;
}

function bodyText(body: Buffer): string {
  if (!isUtf8(body)) return `<${body.length} bytes>`;
  const text = body.toString();
  return text.length > SHOWN_BODY_CHARACTERS ? `${text.slice(0, SHOWN_BODY_CHARACTERS)}… (${body.length} bytes)` : text;
}

/** The line with the answer of a call. */
export function renderAnswer({ ok, body, error, durationMs, coldStart, status }: InvocationResult): string {
  const facts = paint('dim', `${durationMs.toFixed(0)} ms${coldStart ? ', cold start' : ''}`);
  const code = status === undefined ? '' : `${status} `;
  if (error === undefined) return `${paint(ok ? 'green' : 'red', `${code}${printable(bodyText(body))}`)}  ${facts}`;
  return `${paint('red', printable(`${code}${error.errorType ?? 'error'}: ${error.errorMessage}`))}  ${facts}`;
}

/** Prints one call for people: its answer, its logs and its trace. */
export function printCall({ result, logs, spans }: Omit<TracedCall, 'number'>, title: string): void {
  print(`${paint('bold', title)}  ${result.ok ? 'response' : 'error'}  ${renderAnswer(result)}`);
  for (const line of logs.slice(0, SHOWN_LOG_LINES)) print(`  ${paint('dim', shortLogLine(line))}`);
  if (logs.length > SHOWN_LOG_LINES) print(paint('dim', `  … ${logs.length - SHOWN_LOG_LINES} more lines`));
  if (spans.length > 0) print(paint('dim', `  trace  ${spans[0]!.traceId}`), highlightTree(renderTree(spans)));
  if (spans.length > 0 && spans.every(isPlatformSpan)) {
    print(paint('yellow', '  the function itself created no spans, or they did not arrive'));
  }
  print('');
}

const percentile = (sorted: readonly number[], share: number): string =>
  `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0)} ms`;

class TreePrinter implements CallPrinter {
  readonly #count: number;
  readonly #durations: number[] = [];
  #failed = 0;
  #coldStarts = 0;
  #skipped = 0;

  constructor(count: number) {
    this.#count = count;
  }

  call(call: TracedCall): void {
    this.#durations.push(call.result.durationMs);
    if (call.result.coldStart) this.#coldStarts += 1;
    if (!call.result.ok) this.#failed += 1;
    const isShown = call.number <= SHOWN_CALLS || (!call.result.ok && this.#failed <= SHOWN_FAILURES);
    if (isShown) printCall(call, this.#count === 1 ? 'call' : `call ${call.number}`);
    else this.#skipped += 1;
  }

  end(): void {
    if (this.#count === 1 || this.#durations.length === 0) return;
    const sorted = [...this.#durations].sort((a, b) => a - b);
    const counts = `${sorted.length} calls: ${sorted.length - this.#failed} ok, ${this.#failed} failed, ${this.#coldStarts} cold starts`;
    const times = `median ${percentile(sorted, 0.5)}, p95 ${percentile(sorted, 0.95)}, slowest ${percentile(sorted, 1)}`;
    print(`${counts}; ${times}${this.#skipped > 0 ? paint('dim', `; ${this.#skipped} calls not shown`) : ''}`);
  }
}

const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));

/** One line of JSON for each call. */
const jsonPrinter: CallPrinter = {
  call({ number, result, logs, spans }) {
    const { ok, body, error, durationMs, coldStart, requestId, traceId, status } = result;
    const text = isUtf8(body);
    print(
      jsonText({
        call: number,
        ok,
        ...(status !== undefined && { status }),
        body: body.toString(text ? 'utf8' : 'base64'),
        ...(!text && { isBase64Encoded: true }),
        ...(error !== undefined && { error }),
        durationMillis: Math.round(durationMs * 1000) / 1000,
        coldStart,
        requestId,
        ...(traceId !== undefined && { traceId }),
        logs,
        spans,
      }),
    );
  },
  end: () => undefined,
};

/** One line of OTLP JSON for each call, as files of the OpenTelemetry Collector have. */
const otlpPrinter: CallPrinter = {
  call({ spans }) {
    if (spans.length > 0) print(JSON.stringify(toOtlpJson({ spans })));
  },
  end: () => undefined,
};

/** The printer of an output format. */
export function printerOf(format: 'tree' | 'json' | 'otlp', count: number): CallPrinter {
  if (format === 'tree') return new TreePrinter(count);
  return format === 'json' ? jsonPrinter : otlpPrinter;
}
