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
import { isSecretKey } from '../tracing/redaction/secret-keys';
import { redactText, REDACTED } from '../tracing/redaction/secrets';
import { isObject } from './sdk-shapes';
import type { McpTraceOptions } from './trace-mcp';

/** A request or notification, as OpenTelemetry's conventions for MCP describe it. */
export interface Operation {
  readonly method: string;
  readonly kind: SpanKind.CLIENT | SpanKind.SERVER;
  /** The name of its span. */
  readonly name: string;
  readonly attributes: Attributes;
  /** The tool or prompt in the name. */
  readonly target?: string;
  /** The URI of a resource if it contains a secret. The SDK's error messages repeat it. */
  readonly secretUri?: string;
}

/** The longest name of a method, tool or prompt, in characters. The sender can choose any. */
const MAX_NAME = 128;
/** The longest value of other attributes, in characters. */
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

/** The prompt that a request gets, or whose argument it completes. */
function promptOf(method: string, params: unknown): string | undefined {
  if (PROMPT_METHODS.has(method)) return nameIn(params);
  const ref = method === 'completion/complete' ? readField(params, 'ref') : undefined;
  return readField(ref, 'type') === 'ref/prompt' ? nameIn(ref) : undefined;
}

/**
 * A value as JSON for an attribute, at most 4,096 characters, with secrets redacted. Returns `undefined` if the value
 * has no JSON form.
 */
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
 * Creates the span name and attributes of a request or notification. The content of the message is not recorded, except
 * the arguments of tool calls if the options say so.
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
    ...(target !== undefined && { target }),
    ...(typeof uri === 'string' && uri !== shownUri && { secretUri: uri }),
  };
}
