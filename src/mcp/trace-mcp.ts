import { traceProtocol } from './trace-protocol';
import type { McpTraceOptions } from './trace-protocol';

/**
 * Traces an MCP client: each request and each notification that it sends is a span below the active one, and passes the trace on in
 * `params._meta`, beside whatever the program put there. Requests of the server to the client are spans as well. Gives back the very client.
 * Call it before `connect`, so that the handshake is in the trace; later works too, and a second call does nothing.
 *
 * Takes a `Client` of `@modelcontextprotocol/sdk` 1.x, or of `@modelcontextprotocol/client` 2.x, with any transport.
 *
 * A span ends when the program gets the result or the error. A request that the program called off has an event `fc_traced.cancelled` and
 * no error; a tool that failed has `error.type` `tool_error`. In an invocation that is not recorded no span is made, and the server is told so.
 *
 * Arguments, results and other contents are not recorded, unless the options say so.
 *
 * Specifications: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md,
 * https://modelcontextprotocol.io/specification/2026-07-28/basic#_meta
 *
 * @param client the client to trace
 * @param options `toolArguments` and `toolResults`: record these as JSON, at most 4,096 characters, without members whose names say that they are secret
 * @throws FcTracedError at once: `INVALID_TARGET` for anything that is no client, `INVALID_OPTION` for an unknown option or a value it cannot take
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
