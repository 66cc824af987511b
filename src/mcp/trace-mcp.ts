import { check, checkOptions } from '../config/check-options';
import type { Check } from '../config/check-options';
import { FcTracedError } from '../errors';
import { readField } from '../safe-access';
import { isProtocol } from './sdk-shapes';
import { TracedPeer } from './traced-peer';

/** Options of {@link traceMcpServer} and {@link traceMcpClient}. Content may be sensitive: by default none is recorded. */
export interface McpTraceOptions {
  /** Whether the arguments of tool calls are recorded as `gen_ai.tool.call.arguments`. Default: false. */
  readonly toolArguments?: boolean;
  /** Whether the results of tool calls are recorded as `gen_ai.tool.call.result`. Default: false. */
  readonly toolResults?: boolean;
}

const CHECKS: { readonly [K in keyof Required<McpTraceOptions>]: Check } = {
  toolArguments: check.boolean,
  toolResults: check.boolean,
};

/**
 * Traces an MCP client in place and returns the same object. Each request and notification that it sends is a span, a
 * child of the active span, and carries the trace context in `params._meta`; other keys there are kept. Requests that
 * the server makes are spans too.
 *
 * Accepts a `Client` of `@modelcontextprotocol/sdk` 1.x or of `@modelcontextprotocol/client` 2.x, with any transport.
 * Call it before `connect` to trace the handshake, or at any later time. A second call with the same client does
 * nothing.
 *
 * A span ends when the program gets the result or the error. A request that the program cancels has the event
 * `fc_traced.cancelled` and no error. A failed tool has the `error.type` `tool_error`. In an invocation that is not
 * recorded there are no spans, and `_meta` says that the trace is not sampled.
 *
 * Arguments, results and other content are not recorded unless the options say so.
 *
 * Specifications: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md,
 * https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta
 *
 * @param client the client to trace
 * @param options `toolArguments` and `toolResults` record these as JSON, at most 4,096 characters, secrets redacted
 * @throws FcTracedError `INVALID_TARGET` if `client` is not a client of the SDK, `INVALID_OPTION` for an unknown option
 * or an invalid value
 *
 * @example
 * ```ts
 * import { Client } from '@modelcontextprotocol/client';
 * import { traceMcpClient } from 'fc-traced/mcp';
 * export const client = traceMcpClient(new Client({ name: 'assistant', version: '1.0.0' }));
 * ```
 */
export function traceMcpClient<T extends object>(client: T, options?: McpTraceOptions): T {
  return traceProtocol(client, options, 'traceMcpClient');
}

/**
 * Traces an MCP server in place and returns the same object. Each request and notification that it handles or sends is
 * a span. Call it before or after tools are registered, before or after `connect`. A second call for the same server
 * does nothing.
 *
 * Accepts an `McpServer` or a `Server` of `@modelcontextprotocol/sdk` 1.x or of `@modelcontextprotocol/server` 2.x,
 * with any transport. If you create a server for each request, trace each of them.
 *
 * The parent of a span is the span in `params._meta` of the message, else the span in the headers of the HTTP request,
 * else the active span. Handlers run within the span: `currentSpan()` returns it, and spans of `@Traced` methods are
 * its children. Spans are recorded by the telemetry of the running invocation, outside of any invocation by that of
 * the process. Results, errors, progress and cancellation stay as they are.
 *
 * Arguments, results and other content are not recorded unless the options say so.
 *
 * Specification: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 *
 * @param server the server to trace
 * @param options `toolArguments` and `toolResults` record these as JSON, at most 4,096 characters, secrets redacted
 * @throws FcTracedError `INVALID_TARGET` if `server` is not a server of the SDK, `INVALID_OPTION` for an unknown option
 * or an invalid value
 *
 * @example
 * ```ts
 * import { McpServer } from '@modelcontextprotocol/server';
 * import { traceMcpServer } from 'fc-traced/mcp';
 * export const server = traceMcpServer(new McpServer({ name: 'weather', version: '1.0.0' }));
 * server.registerTool('today', { description: 'The weather of today' }, () => ({
 *   content: [{ type: 'text', text: 'sunny' }],
 * }));
 * ```
 */
export function traceMcpServer<T extends object>(server: T, options?: McpTraceOptions): T {
  return traceProtocol(server, options, 'traceMcpServer');
}

/** Mark a traced `Server` or `Client`, and an `McpServer` whose tools are observed, for all copies of fc-traced. */
const PEER = Symbol.for('fc-traced mcp peer');
const TOOLS = Symbol.for('fc-traced mcp tools');

function mark(target: object, key: symbol, value: unknown): boolean {
  return Reflect.defineProperty(target, key, { value, configurable: true });
}

/** What each function accepts, and a method by which the target of the other function is recognized. */
const TARGETS = {
  traceMcpServer: {
    accepts: 'an McpServer or a Server',
    otherMethod: 'getServerCapabilities',
    other: 'a Client: use traceMcpClient',
  },
  traceMcpClient: {
    accepts: 'a Client',
    otherMethod: 'getClientCapabilities',
    other: 'a server: use traceMcpServer',
  },
} as const;

function describeTarget(target: unknown): string {
  if (target === null) return 'null';
  return `a value of type ${typeof target}${typeof target === 'object' ? ' without its methods' : ''}`;
}

/** Traces a `Server` or a `Client`, or the `Server` of an `McpServer`, once. */
function traceProtocol<T extends object>(
  target: T,
  options: McpTraceOptions | undefined,
  where: keyof typeof TARGETS,
): T {
  const checked = checkOptions<McpTraceOptions>(options, where, CHECKS);
  const inner = readField(target, 'server');
  const protocol = isProtocol(target) ? target : inner;
  const { accepts, otherMethod, other } = TARGETS[where];
  if (!isProtocol(protocol)) {
    const found = describeTarget(target);
    throw new FcTracedError('INVALID_TARGET', `${where} takes ${accepts} of the MCP SDK, not ${found}.`);
  }
  if (typeof readField(protocol, otherMethod) === 'function') {
    throw new FcTracedError('INVALID_TARGET', `${where} takes ${accepts} of the MCP SDK, not ${other}.`);
  }
  const known = Reflect.get(protocol, PEER) as TracedPeer | undefined;
  const peer = known ?? new TracedPeer(protocol, checked);
  if (known === undefined) mark(protocol, PEER, peer);
  const tracesTools = protocol === inner && Reflect.get(target, TOOLS) === undefined && mark(target, TOOLS, true);
  if (tracesTools) peer.observeTools(target);
  return target;
}
