export { traceMcpClient } from './mcp/trace-mcp-client';
export { traceMcpServer } from './mcp/trace-mcp-server';
export type { McpTraceOptions } from './mcp/trace-options';
