import type { FcContext } from '../../fc/context';
import type { OpenCalls } from '../calls/open-calls';
import type { Telemetry } from '../telemetry/telemetry';

/** One call of the function by FC, from entry to answer. */
export interface Invocation {
  /** FC's context: the very object that FC passed. */
  readonly context: FcContext;
  /** The decoded event. */
  readonly event: unknown;
  /** Where its spans go; nothing when it is not recorded, and then `@Traced` methods are called directly. */
  readonly telemetry: Telemetry | undefined;
  /** Its calls that are not at their end. */
  readonly open: OpenCalls;
  /** Its trace id, where that is random as W3C Trace Context Level 2 has it; the SDK's spans do not keep that flag. */
  readonly randomTraceId?: string | undefined;
}
