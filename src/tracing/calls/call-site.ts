import type { Context } from '@opentelemetry/api';
import type { SpanSpec } from './span-spec';
import type { Telemetry } from '../telemetry/telemetry';

/** What a call was made with. */
export interface CallSite {
  readonly spec: SpanSpec;
  readonly telemetry: Telemetry;
  /** The context of the caller. */
  readonly context: Context;
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
  /** How many values were followed when the call began. */
  readonly began: number;
}
