import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import { countError } from '../diagnostics';
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
import { contextWithSpan, invocationIn, spanIn } from '../tracing/context/linked-context';
import { rememberSecret } from '../tracing/redaction/secrets';
import type { Telemetry } from '../tracing/telemetry/telemetry';
import type { Operation } from './operation';

/** How an operation failed. */
export interface OperationFailure {
  /** `error.type` by the conventions; without one, what the error itself says. */
  readonly type?: string;
  /** The code of a JSON-RPC error that was sent or came back. */
  readonly code?: number;
  /** The message of that error. */
  readonly message?: string;
  /** What was thrown, where that is known. */
  readonly error?: unknown;
}

/** The span of one request or notification. Whichever end comes first counts. */
export class OperationSpan implements OpenCall {
  place = -1;
  /** The context in which it is active. */
  readonly context: Context;
  private ended = false;
  private isCalledOff = false;
  private keeper: Invocation | undefined;

  constructor(
    readonly span: Span,
    private readonly caller: Context,
    private readonly secretUri: string | undefined,
  ) {
    this.context = contextWithSpan(caller, span);
  }

  /** Has it ended, at the latest, with the invocation that it belongs to. */
  keep(): void {
    this.keeper = invocationIn(this.caller);
    this.keeper?.open.add(this);
  }

  set(attributes: Attributes): void {
    if (!this.ended) quietly(() => this.span.setAttributes(attributes));
  }

  fail({ type, code, message, error }: OperationFailure): void {
    if (this.ended) return;
    if (this.secretUri !== undefined) hideUri(this.secretUri);
    if (error !== undefined) recordFailure(this.span, error, spanIn(this.caller), this.context);
    quietly(() => {
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

  /** It was called off, but is not over. */
  calledOff(): void {
    this.isCalledOff = true;
  }

  /** Ends the span of what was called off. */
  cancel(): void {
    this.endWith(EVENT_FC_TRACED_CANCELLED);
  }

  /** Ends the span of what outlived its invocation. */
  abandon(): void {
    this.endWith(this.isCalledOff ? EVENT_FC_TRACED_CANCELLED : EVENT_FC_TRACED_ABANDONED);
  }

  endFailed(failure: OperationFailure): void {
    this.fail(failure);
    this.end();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.keeper?.open.delete(this);
    endSafely(this.span);
  }

  private endWith(event: string): void {
    if (this.ended) return;
    quietly(() => this.span.addEvent(event));
    this.end();
  }
}

/** Keeps an address out of the texts of errors, here and in the spans around: as it was sent, and as a URL writes it. */
function hideUri(uri: string): void {
  rememberSecret(URL.canParse(uri) ? [uri, new URL(uri).href] : uri, false);
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    countError('the span of an MCP message took no attributes, event or status');
  }
}

/** A span, where the operation is recorded, and the context that its work runs in. */
export interface Started {
  readonly operation: OperationSpan | undefined;
  readonly context: Context;
}

/**
 * What records an operation in `context`. The caller's flag is obeyed; the application's own provider has a sampler of its own, and is
 * asked where the parent is in another process.
 */
function telemetryOf(context: Context): Telemetry | undefined {
  const telemetry = telemetryIn(context);
  const parent = spanIn(context);
  if (telemetry === undefined || parent === undefined || parent.isRecording()) return telemetry;
  const { traceFlags, isRemote } = parent.spanContext();
  return (traceFlags & 1) === 1 || (isRemote === true && !telemetry.ownsResource) ? telemetry : undefined;
}

/** Starts the span of an operation below the one that is active in `context`. Never throws. */
export function startOperation(
  { name, kind, attributes, secretUri }: Operation,
  context: Context,
  links: Link[] = [],
): Started {
  try {
    const telemetry = telemetryOf(context);
    if (telemetry === undefined) return { operation: undefined, context };
    const span = telemetry.startCall(
      name,
      { kind, attributes, ...(links.length > 0 && { links }) },
      context,
      spanIn(context),
    );
    // One that a sampler left out still has the ids that are passed on.
    if (!span.isRecording()) return { operation: undefined, context: contextWithSpan(context, span) };
    const operation = new OperationSpan(span, context, secretUri);
    return { operation, context: operation.context };
  } catch {
    countError('the span of an MCP message could not be started: a span processor, sampler or tracer provider threw');
    return { operation: undefined, context };
  }
}
