import type { SpanNode, TraceModel } from './trace-model';

/** One MCP request or notification, as the client and the server recorded it. */
export interface McpMessage {
  readonly method: string;
  /** The tool or the prompt. */
  readonly target: string | undefined;
  readonly client: SpanNode | undefined;
  readonly server: SpanNode | undefined;
  /** The client's span; the server's if the client sent none. */
  readonly node: SpanNode;
  readonly error: string | undefined;
  /** Only if the program records them. */
  readonly toolArguments: string | undefined;
  readonly result: string | undefined;
}

/** The messages of one MCP session. */
export interface McpSession {
  /** The id of the session. `undefined` for connections without one. */
  readonly id: string | undefined;
  readonly protocolVersion: string | undefined;
  readonly messages: readonly McpMessage[];
}

function textOf(node: SpanNode | undefined, key: string): string | undefined {
  const value = node?.span.attributes[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

const methodOf = (node: SpanNode): string | undefined => textOf(node, 'mcp.method.name');

/** Whether a trace has MCP messages. */
export function hasMcp(trace: TraceModel): boolean {
  return trace.nodes.some((node) => methodOf(node) !== undefined);
}

/** The server's span of a client's request: below it, with the same method. */
function serverOf(client: SpanNode): SpanNode | undefined {
  const method = methodOf(client);
  return client.children.find((child) => child.span.kind === 'server' && methodOf(child) === method);
}

function messageOf(client: SpanNode | undefined, server: SpanNode | undefined, node: SpanNode): McpMessage {
  const first = (key: string): string | undefined => textOf(server, key) ?? textOf(client, key);
  const failed = [client, server].find((one) => one?.error === true);
  return {
    method: methodOf(node) ?? '',
    target: first('gen_ai.tool.name') ?? first('gen_ai.prompt.name') ?? first('mcp.resource.uri'),
    client,
    server,
    node,
    error: failed === undefined ? undefined : (failed.span.status.message ?? textOf(failed, 'error.type') ?? 'error'),
    toolArguments: first('gen_ai.tool.call.arguments'),
    result: first('gen_ai.tool.call.result'),
  };
}

/** The MCP sessions of a trace, in order of their first messages. */
export function mcpSessions(trace: TraceModel): McpSession[] {
  const messages: McpMessage[] = [];
  const paired = new Set<SpanNode>();
  for (const node of trace.nodes) {
    if (methodOf(node) === undefined || paired.has(node)) continue;
    const isServer = node.span.kind === 'server';
    const server = isServer ? node : serverOf(node);
    if (server !== undefined) paired.add(server);
    messages.push(messageOf(isServer ? undefined : node, server, node));
  }
  const sessions = new Map<string, McpMessage[]>();
  for (const message of messages.sort((a, b) => a.node.start - b.node.start)) {
    const id = textOf(message.client, 'mcp.session.id') ?? textOf(message.server, 'mcp.session.id') ?? '';
    sessions.set(id, [...(sessions.get(id) ?? []), message]);
  }
  return [...sessions].map(([id, own]) => ({
    id: id === '' ? undefined : id,
    protocolVersion: own
      .flatMap(({ client, server }) => [textOf(client, 'mcp.protocol.version'), textOf(server, 'mcp.protocol.version')])
      .find((version) => version !== undefined),
    messages: own,
  }));
}
