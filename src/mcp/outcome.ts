import { types } from 'node:util';
import { countError } from '../diagnostics';
import { readField } from '../safe-access';
import { ATTR_GEN_AI_TOOL_CALL_RESULT } from '../semconv';
import type { Connection } from './connection';
import { jsonText, TOOL_CALL } from './operation';
import type { OperationSpan } from './operation-span';
import { isObject } from './sdk-shapes';
import type { Message } from './sdk-shapes';
import type { McpTraceOptions } from './trace-mcp';

/** Counts a failure of tracing itself. The message is handled as without tracing. */
export function countTracingFailure(): void {
  countError('an MCP message could not be traced');
}

/**
 * Calls `work`, and then `succeeded` or `failed`: for a promise when it settles. Returns and throws what `work` does.
 * A promise is returned as the same object, and the SDK handles its rejection. Any other thenable is adopted once, and
 * the adopting promise is returned.
 */
export function observe(work: () => unknown, succeeded: () => void, failed: (error: unknown) => void): unknown {
  let value: unknown;
  try {
    value = work();
  } catch (error) {
    failed(error);
    throw error;
  }
  const isThenable =
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
  if (!isThenable) {
    succeeded();
    return value;
  }
  const promise = types.isPromise(value) ? value : Promise.resolve(value);
  // oxlint-disable-next-line promise/no-callback-in-promise -- these are not Node.js callbacks
  void promise.then(succeeded, failed);
  return promise;
}

/** The request that a response belongs to. */
export interface ResponseContext {
  readonly method: string;
  readonly connection: Connection;
  readonly options: McpTraceOptions;
  /** The exception behind an error response or a failed tool, if it is known. */
  readonly error: unknown;
}

/** Records a response on the span of its request: an error, a failed tool, the result of `initialize`. Never throws. */
export function recordResponse(operation: OperationSpan, message: Message, context: ResponseContext): void {
  try {
    record(operation, message, context);
  } catch {
    countTracingFailure();
  }
}

function record(
  operation: OperationSpan,
  message: Message,
  { method, connection, options, error }: ResponseContext,
): void {
  if (message.error !== undefined) {
    const code = readField(message.error, 'code');
    const text = readField(message.error, 'message');
    const isCode = typeof code === 'number';
    operation.fail({
      type: isCode ? String(code) : '_OTHER',
      ...(isCode && { code }),
      ...(typeof text === 'string' && { message: text }),
      error,
    });
    return;
  }
  const { result } = message;
  if (method === 'initialize') operation.set(connection.initialized(result));
  if (method !== TOOL_CALL || !isObject(result)) return;
  // The content of a failed result is not recorded: it is what the tool says, not an exception.
  if (result.isError === true) operation.fail({ type: 'tool_error', error });
  else if (options.toolResults === true) {
    const text = jsonText(result.structuredContent ?? result.content);
    if (text !== undefined) operation.set({ [ATTR_GEN_AI_TOOL_CALL_RESULT]: text });
  }
}
