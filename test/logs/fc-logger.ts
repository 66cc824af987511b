import type { FcContext } from 'fc-traced';
import { fakeFcContext } from 'fc-traced/testing';
import { format } from 'node:util';
import { correlateLogger } from '../../src/logs/log-lines';

/** A logger like that of FC's runtime, which formats its arguments with `util.format`. It stores the lines. */
export class LineLogger {
  readonly lines: string[] = [];
  constructor(private readonly requestId = '') {}
  log(...values: unknown[]): void {
    this.write('verbose', values);
  }
  debug(...values: unknown[]): void {
    this.write('debug', values);
  }
  info(...values: unknown[]): void {
    this.write('info', values);
  }
  warn(...values: unknown[]): void {
    this.write('warn', values);
  }
  error(...values: unknown[]): void {
    this.write('error', values);
  }
  private write(level: string, values: unknown[]): void {
    this.lines.push(`${this.requestId} [${level}] ${format(...values)}`);
  }
}

/** The context of one invocation, with a logger that is set up as an invocation does it. */
export function contextWith(logger: unknown, tracing: object = {}, requestId?: string): FcContext {
  const context = { ...fakeFcContext({ tracing, ...(requestId !== undefined && { requestId }) }), logger } as FcContext;
  correlateLogger(context);
  return context;
}

/** A `context.tracing` that names a caller's span. */
export function callerOf(traceId: string, isSampled = true): object {
  return { openTracingSpanContext: `${traceId}:${'b'.repeat(16)}:0:${isSampled ? 1 : 0}` };
}

/** The correlation fields at the end of a line, by name. */
export function idsIn(line: string): Record<string, string> {
  return Object.fromEntries(
    [...line.matchAll(/\b(trace_id|span_id|trace_flags|request_id)=(\S+)/g)].map(([, key, value]) => [key!, value!]),
  );
}
