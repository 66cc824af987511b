import { SpanKind } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { readField } from '../safe-access';
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROMPT_NAME,
  ATTR_GEN_AI_TOOL_CALL_ARGUMENTS,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_MCP_METHOD_NAME,
  ATTR_MCP_RESOURCE_URI,
} from '../semconv';
import { redactUrl } from '../tracing/redaction/redact-url';
import { redactText, REDACTED, isSecretKey } from '../tracing/redaction/secrets';
import { isObject } from './sdk-shapes';
import type { McpTraceOptions } from './trace-protocol';

/** What a request or notification is about, as OpenTelemetry's conventions name it. */
export interface Operation {
  readonly method: string;
  readonly kind: SpanKind.CLIENT | SpanKind.SERVER;
  /** Name of its span. */
  readonly name: string;
  readonly attributes: Attributes;
  /** A resource's address, where it holds a secret: the SDK's errors repeat it. */
  readonly secretUri?: string;
}

/** Whoever sends a message names its method, tool or prompt: a name is no place for a long text. */
const MAX_NAME = 128;
const MAX_TEXT = 4_096;

const PROMPT_METHODS = new Set(['prompts/get']);
const RESOURCE_METHODS = new Set([
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'notifications/resources/updated',
]);

/** The method of a tool call. */
export const TOOL_CALL = 'tools/call';

function shortened(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}

function nameIn(value: unknown): string | undefined {
  const name = readField(value, 'name');
  return typeof name === 'string' && name !== '' ? shortened(redactText(name), MAX_NAME) : undefined;
}

/** The prompt that a request names: the one it asks for, or completes an argument of. */
function promptOf(method: string, params: unknown): string | undefined {
  if (PROMPT_METHODS.has(method)) return nameIn(params);
  const ref = method === 'completion/complete' ? readField(params, 'ref') : undefined;
  return readField(ref, 'type') === 'ref/prompt' ? nameIn(ref) : undefined;
}

/** A value as JSON text for an attribute, without the members whose names say that they are secret; nothing for what has no such text. */
export function jsonText(value: unknown): string | undefined {
  try {
    const text = JSON.stringify(value, (key, inner: unknown) =>
      key !== '' && inner !== undefined && inner !== null && isSecretKey(key) ? REDACTED : inner,
    ) as string | undefined;
    return text === undefined ? undefined : shortened(redactText(text), MAX_TEXT);
  } catch {
    return undefined;
  }
}

/**
 * Name and attributes of a request or notification. Values are taken from the message, but for nothing of its content: arguments only
 * where the options ask for them.
 * Specification: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 */
export function operationOf(
  kind: Operation['kind'],
  message: { readonly method?: unknown; readonly params?: unknown },
  options: McpTraceOptions,
): Operation {
  const { params } = message;
  const method = typeof message.method === 'string' ? shortened(message.method, MAX_NAME) : '_OTHER';
  const attributes: Attributes = { [ATTR_MCP_METHOD_NAME]: method };
  const tool = method === TOOL_CALL ? nameIn(params) : undefined;
  const prompt = promptOf(method, params);
  if (method === TOOL_CALL) attributes[ATTR_GEN_AI_OPERATION_NAME] = 'execute_tool';
  if (tool !== undefined) attributes[ATTR_GEN_AI_TOOL_NAME] = tool;
  if (prompt !== undefined) attributes[ATTR_GEN_AI_PROMPT_NAME] = prompt;
  const uri = RESOURCE_METHODS.has(method) ? readField(params, 'uri') : undefined;
  const shownUri = typeof uri === 'string' ? redactUrl(uri) : undefined;
  if (shownUri !== undefined) attributes[ATTR_MCP_RESOURCE_URI] = shortened(redactText(shownUri), MAX_TEXT);
  if (options.toolArguments === true && method === TOOL_CALL) {
    const text = jsonText(isObject(params) ? params.arguments : undefined);
    if (text !== undefined) attributes[ATTR_GEN_AI_TOOL_CALL_ARGUMENTS] = text;
  }
  const target = tool ?? prompt;
  return {
    method,
    kind,
    name: target === undefined ? method : `${method} ${target}`,
    attributes,
    ...(typeof uri === 'string' && uri !== shownUri && { secretUri: uri }),
  };
}
