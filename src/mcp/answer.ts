import { types } from 'node:util';
import { countError } from '../diagnostics';
import { readField } from '../safe-access';
import { ATTR_GEN_AI_TOOL_CALL_RESULT } from '../semconv';
import type { Connection } from './connection';
import { jsonText, TOOL_CALL } from './operation';
import type { OperationSpan } from './operation-span';
import { isObject } from './sdk-shapes';
import type { Message } from './sdk-shapes';
import type { McpTraceOptions } from './trace-protocol';

/** A hook's own failure: counted, and the message goes on. */
export function hookFailed(): void {
  countError('an MCP message could not be traced');
}

/**
 * Runs a piece of work and hears how it ended. Gives and throws what it does. A promise is only listened on: the SDK, which gets it, takes
 * care of its rejection. Any other thenable is adopted once, and its promise handed on.
 */
export function followWork(work: () => unknown, done: () => void, failed: (error: unknown) => void): unknown {
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
    done();
    return value;
  }
  const promise = types.isPromise(value) ? value : Promise.resolve(value);
  // oxlint-disable-next-line promise/no-callback-in-promise -- these are no callbacks of Node's form
  void promise.then(done, failed);
  return promise;
}

/** What an answer meant, apart from what it says. */
export interface Answered {
  readonly method: string;
  readonly connection: Connection;
  readonly options: McpTraceOptions;
  /** What was thrown behind it, where that is known. */
  readonly error: unknown;
}

/** Notes on a span what an answer says: an error, a tool that failed, what `initialize` settled. Never throws. */
export function noteAnswer(operation: OperationSpan, message: Message, answered: Answered): void {
  try {
    note(operation, message, answered);
  } catch {
    hookFailed();
  }
}

function note(operation: OperationSpan, message: Message, { method, connection, options, error }: Answered): void {
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
  // The text of a failed result is the tool's answer, and none of ours.
  if (result.isError === true) operation.fail({ type: 'tool_error', error });
  else if (options.toolResults === true) {
    const text = jsonText(result.structuredContent ?? result.content);
    if (text !== undefined) operation.set({ [ATTR_GEN_AI_TOOL_CALL_RESULT]: text });
  }
}
