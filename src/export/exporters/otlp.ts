import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Agent } from 'node:http';
import type { ExporterSettings } from './exporters';

/** Creates the exporter for OTLP over HTTP with protobuf. */
export function createExporter({ url, headers, timeoutMillis }: ExporterSettings): SpanExporter {
  // A connection kept through a freeze is often dead without either side noticing, so none is kept.
  const agents: Agent[] = [];
  const httpAgentOptions = async (protocol: string): Promise<Agent> => {
    const agent = untimedAgent(protocol);
    agents.push(agent);
    return agent;
  };
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis, httpAgentOptions });
  const { shutdown } = exporter;
  exporter.shutdown = () => {
    // It would wait for exports that nothing waits for any more.
    for (const agent of agents) agent.destroy();
    return Reflect.apply(shutdown, exporter, []);
  };
  return exporter;
}

/**
 * An agent whose connections have no timers. If FC freezes an instance during an export, a timer would fire at the thaw, before the
 * response is read that arrived long ago, and delivered spans would be sent again. The delivery has a timer of its own and shuts the
 * exporter down, which destroys the agent.
 */
function untimedAgent(protocol: string): Agent {
  const { Agent: Kind } = (
    protocol === 'https:' ? require('node:https') : require('node:http')
  ) as typeof import('node:http');
  const agent = new Kind({ keepAlive: false });
  const { createConnection } = agent;
  agent.createConnection = function (...args) {
    const socket = Reflect.apply(createConnection, this, args);
    if (socket) Object.defineProperty(socket, 'setTimeout', { value: () => socket });
    return socket;
  };
  return agent;
}
