import type { Connection } from './connection';
import { hookFailed } from './hook-failed';
import { isObject, memberOf } from './member-of';
import { jsonText, TOOL_CALL } from './operation';
import type { OperationSpan } from './operation-span';
import type { Message } from './sdk-shapes';
import type { McpTraceOptions } from './trace-options';

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
    const code = memberOf(message.error, 'code');
    const text = memberOf(message.error, 'message');
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
    if (text !== undefined) operation.set({ 'gen_ai.tool.call.result': text });
  }
}
