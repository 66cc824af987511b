import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InstanceOptions } from '../../cli/src/emulator/function-options';
import type { ErrorResponse } from '../../cli/src/emulator/instance-protocol';
import type { SpanRecord } from '../../src/testing/trace-tree';

/** The result of a call of a sample, and the names of the spans that the collector had when the response came. */
export interface PlayedCall {
  readonly ok: boolean;
  readonly body: string;
  readonly coldStart: boolean;
  readonly traceId: string;
  readonly error?: ErrorResponse;
  readonly atAnswer: readonly string[];
}

/** The results of all calls of a sample, and the spans that the collector had at the end. */
export interface Played {
  readonly calls: readonly PlayedCall[];
  readonly spans: readonly SpanRecord[];
  readonly requests: { readonly jaeger: number; readonly otlp: number; readonly rejected: number };
  readonly logs: readonly string[];
}

export type Protocol = 'jaeger' | 'otlp';

/** Calls a built sample once per event, in one instance, with FC's tracing enabled. */
export async function play(
  sample: string,
  protocol: Protocol,
  events: readonly unknown[],
  options: Partial<InstanceOptions> = {},
): Promise<Played> {
  const script = join(__dirname, 'play-process.cjs');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, JSON.stringify({ sample, protocol, events, options })],
    { maxBuffer: 1e8 },
  );
  return JSON.parse(stdout, (_key, value: unknown) =>
    typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Played;
}
