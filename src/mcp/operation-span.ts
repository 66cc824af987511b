import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import { countError, countLoss } from '../diagnostics';
import {
  ATTR_ERROR_TYPE,
  ATTR_RPC_RESPONSE_STATUS_CODE,
  EVENT_FC_TRACED_ABANDONED,
  EVENT_FC_TRACED_CANCELLED,
} from '../semconv';
import { describeError, recordFailure } from '../tracing/calls/failure';
import { endSafely } from '../tracing/calls/open-calls';
import type { OpenCall } from '../tracing/calls/open-calls';
import { telemetryIn } from '../tracing/context/ambient-telemetry';
import type { Invocation } from '../tracing/context/invocation';
import { contextWithSpan, invocationIn, endContext, spanIn } from '../tracing/context/linked-context';
import { rememberSecret } from '../tracing/redaction/secrets';
import { state } from '../tracing/telemetry/state';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import type { Operation } from './operation';

/** How an operation failed. */
export interface OperationFailure {
  /** The `error.type` that the conventions prescribe. Default: the type of `error`. */
  readonly type?: string;
  /** The code of the JSON-RPC error in the response. */
  readonly code?: number;
  /** The message of that JSON-RPC error. */
  readonly message?: string;
  /** The exception, if it is known. */
  readonly error?: unknown;
}

/** The span of one request or notification. The first call that ends it counts; later ones do nothing. */
export class OperationSpan implements OpenCall {
  place = -1;
  /** The context in which the span is active. */
  readonly context: Context;
  private ended = false;
  private cancelRequested = false;
  private invocation: Invocation | undefined;

  constructor(
    readonly span: Span,
    private readonly caller: Context,
    private readonly secretUri: string | undefined,
  ) {
    this.context = contextWithSpan(caller, span);
  }

  /** Ends the span at the latest when its invocation ends. */
  endWithInvocation(): void {
    this.invocation = invocationIn(this.caller);
    this.invocation?.open.add(this);
  }

  set(attributes: Attributes): void {
    if (!this.ended) countingErrors(() => this.span.setAttributes(attributes));
  }

  rename(name: string): void {
    if (!this.ended) countingErrors(() => this.span.updateName(name));
  }

  fail({ type, code, message, error }: OperationFailure): void {
    if (this.ended) return;
    if (this.secretUri !== undefined) redactUri(this.secretUri);
    if (error !== undefined) recordFailure(this.span, error, spanIn(this.caller), this.context);
    countingErrors(() => {
      if (code !== undefined) this.span.setAttribute(ATTR_RPC_RESPONSE_STATUS_CODE, String(code));
      if (type === undefined) return;
      this.span.setAttribute(ATTR_ERROR_TYPE, type);
      const text = message ?? (error === undefined ? undefined : describeError(error).message);
      this.span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(text !== undefined && { message: describeError({ message: text }).message }),
      });
    });
  }

  /** The other side cancelled the request, but its handler is still running. */
  requestCancel(): void {
    this.cancelRequested = true;
  }

  /** Ends the span of a cancelled request. */
  cancel(): void {
    this.endWithEvent(EVENT_FC_TRACED_CANCELLED);
  }

  /** Ends the span because its invocation ended first. */
  abandon(): void {
    this.endWithEvent(this.cancelRequested ? EVENT_FC_TRACED_CANCELLED : EVENT_FC_TRACED_ABANDONED);
  }

  endFailed(failure: OperationFailure): void {
    this.fail(failure);
    this.end();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.invocation?.open.delete(this);
    endSafely(this.span);
    endContext(this.context);
  }

  private endWithEvent(event: string): void {
    if (this.ended) return;
    countingErrors(() => this.span.addEvent(event));
    this.end();
  }
}

/** Redacts a URI in error messages, as it was sent and as `URL` normalizes it, on this span and the spans around it. */
function redactUri(uri: string): void {
  rememberSecret(URL.canParse(uri) ? [uri, new URL(uri).href] : uri, 'ofCallers');
}

function countingErrors(work: () => void): void {
  try {
    work();
  } catch {
    countError('the span of an MCP message could not be changed: a span processor threw');
  }
}

/** An operation that was started. */
export interface StartedOperation {
  /** Its span; `undefined` if it is not recorded. */
  readonly operation: OperationSpan | undefined;
  /** The context that its work runs in. */
  readonly context: Context;
}

/**
 * Returns what records an operation in `context`, if anything. Our own sampler follows the caller's sampled flag. The
 * application's provider has its own sampler, which decides for each remote parent.
 */
function telemetryOf(context: Context): Telemetry | undefined {
  const telemetry = telemetryIn(context);
  const parent = spanIn(context);
  if (telemetry === undefined || parent === undefined || parent.isRecording()) return telemetry;
  const { traceFlags, isRemote } = parent.spanContext();
  if ((traceFlags & 1) === 1 || (isRemote === true && !telemetry.ownsResource)) return telemetry;
  return state.buffers.get(parent.spanContext())?.isUndecided === true ? telemetry : undefined;
}

/** Starts the span of an operation as a child of the active span of `context`. Never throws. */
export function startOperation(
  { name, kind, attributes, secretUri }: Operation,
  context: Context,
  links: Link[] = [],
): StartedOperation {
  try {
    const telemetry = telemetryOf(context);
    if (telemetry === undefined) return { operation: undefined, context };
    const span = telemetry.startCall(
      name,
      { kind, attributes, ...(links.length > 0 && { links }) },
      context,
      spanIn(context),
    );
    // A span that is not sampled is not recorded, but its context is propagated.
    if (!span.isRecording()) return { operation: undefined, context: contextWithSpan(context, span) };
    const operation = new OperationSpan(span, context, secretUri);
    return { operation, context: operation.context };
  } catch {
    countLoss('the span of an MCP message could not be started: a span processor, sampler or tracer provider threw');
    return { operation: undefined, context };
  }
}
