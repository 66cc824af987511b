import type { McpTraceOptions } from './trace-options';
import { traceProtocol } from './trace-protocol';

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
