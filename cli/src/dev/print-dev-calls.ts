import type { InvocationResult } from '../emulator/invocation';
import { paint, print } from '../terminal';
import { printCall, renderAnswer } from '../run/print-calls';
import { shortLogLine } from '../traces/render-trace';
import type { ReceivedTraces } from '../traces/received-traces';

// More calls in a second are printed as one line each.
const TREES_PER_SECOND = 5;

/** Prints each call with its trace. */
export class DevCallPrinter {
  readonly #traces: ReceivedTraces;
  #recent: number[] = [];

  constructor(traces: ReceivedTraces) {
    this.#traces = traces;
  }

  call(name: string, result: InvocationResult): void {
    const now = performance.now();
    this.#recent = [...this.#recent.filter((time) => now - time < 1000), now];
    const { traceId } = result;
    const spans = traceId === undefined ? [] : this.#traces.spansOf(traceId);
    const address = traceId === undefined || spans.length === 0 ? '' : this.#traces.viewer.tracesUrl(traceId);
    if (this.#recent.length <= TREES_PER_SECOND) {
      printCall({ result, logs: [], spans }, name);
      if (address !== '') print(paint('dim', `  ${address}`), '');
    } else print(`${paint('bold', name)}  ${renderAnswer(result)}  ${paint('dim', address)}`);
  }

  log(name: string, line: string): void {
    print(`${paint('dim', `${name} |`)} ${shortLogLine(line)}`);
  }
}
