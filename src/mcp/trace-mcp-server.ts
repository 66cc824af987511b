import type { McpTraceOptions } from './trace-options';
import { traceProtocol } from './trace-protocol';

/**
 * Traces an MCP server: each request and each notification that it handles is a span, and so is each that it sends. Gives back the very
 * server. Call it before or after tools are registered, before or after `connect`; a second call does nothing.
 *
 * Takes an `McpServer` or a `Server` of `@modelcontextprotocol/sdk` 1.x, or of `@modelcontextprotocol/server` 2.x, with any transport. A server
 * that is made for each request is traced where it is made.
 *
 * A span continues what the message names in `params._meta`, else the headers of the HTTP request, else the active span. Handlers run inside
 * it, so that `currentSpan()` is that span, and `@Traced` methods fall below it. It goes where the running invocation goes; outside of any, to
 * what records the rest of the process. Results, errors, progress and cancellation are the SDK's.
 *
 * Arguments, results and other contents are not recorded, unless the options say so.
 *
 * Specification: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 *
 * @param server the server to trace
 * @param options `toolArguments` and `toolResults`: record these as JSON, at most 4,096 characters, without members whose names say that they are secret
 * @throws FcTracedError at once: `INVALID_TARGET` for anything that is no server, `INVALID_OPTION` for an unknown option or a value it cannot take
 *
 * @example
 * ```ts
 * import { McpServer } from '@modelcontextprotocol/server';
 * import { traceMcpServer } from 'fc-traced/mcp';
 * export const server = traceMcpServer(new McpServer({ name: 'weather', version: '1.0.0' }));
 * server.registerTool('today', { description: 'The weather of today' }, () => ({ content: [{ type: 'text', text: 'sunny' }] }));
 * ```
 */
export function traceMcpServer<T extends object>(server: T, options?: McpTraceOptions): T {
  return traceProtocol(server, options, 'traceMcpServer');
}
