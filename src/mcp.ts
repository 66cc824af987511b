export { traceMcpClient, traceMcpServer } from './mcp/trace-mcp';
export type { McpTraceOptions } from './mcp/trace-mcp';
