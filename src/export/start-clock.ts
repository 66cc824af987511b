import type { Context, HrTime } from '@opentelemetry/api';
import { spanIn } from '../tracing/context/linked-context';

/** The clock readings that the SDK's span keeps; looked for at each span, since they are not in its types. */
interface TimedSpan {
  startTime: HrTime;
  readonly _performanceStartTime: number;
  readonly _startTimeProvided: boolean;
}

function timed(span: unknown): TimedSpan | undefined {
  const candidate = span as Partial<TimedSpan> | undefined;
  return typeof candidate?._performanceStartTime === 'number' && candidate._startTimeProvided === false
    ? (candidate as TimedSpan)
    : undefined;
}

/**
 * Puts the start of a span on the clock of its parent.
 *
 * The SDK starts a span at whole milliseconds and measures only its length finely, so that a child can seem to end after its
 * parent, and brothers to start at once. Here a child starts where its parent's fine clock says. A start that the program
 * gave is left alone.
 */
export function alignStart(span: unknown, context: Context): void {
  const parent = timed(spanIn(context));
  const child = parent === undefined ? undefined : timed(span);
  if (parent === undefined || child === undefined) return;
  const nanos = parent.startTime[1] + Math.round((child._performanceStartTime - parent._performanceStartTime) * 1e6);
  const carried = Math.floor(nanos / 1e9);
  child.startTime = [parent.startTime[0] + carried, nanos - carried * 1e9];
}
