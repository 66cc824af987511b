import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Agent } from 'node:http';
import type { ExporterSettings } from './exporters';

/** Creates the exporter for OTLP over HTTP with protobuf. */
export function createExporter({ url, headers, timeoutMillis }: ExporterSettings): SpanExporter {
  const agents: Agent[] = [];
  const httpAgentOptions = async (protocol: string): Promise<Agent> => {
    const agent = createAgent(protocol);
    agents.push(agent);
    return agent;
  };
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis, httpAgentOptions });
  const { shutdown } = exporter;
  exporter.shutdown = () => {
    // `shutdown` waits for exports whose result is not needed any more. Destroying the agents ends them.
    for (const agent of agents) agent.destroy();
    return Reflect.apply(shutdown, exporter, []);
  };
  return exporter;
}

/**
 * Creates an agent that keeps no connections and whose connections have no timers.
 *
 * A connection that is kept through a freeze of the instance is often closed without either side noticing. And after a
 * freeze during an export, a timer would fire before the response is read that may have arrived long ago, so that
 * delivered spans would be sent again. The delivery has its own timer and then shuts the exporter down.
 */
function createAgent(protocol: string): Agent {
  const { Agent: AgentClass } = (
    protocol === 'https:' ? require('node:https') : require('node:http')
  ) as typeof import('node:http');
  const agent = new AgentClass({ keepAlive: false });
  const { createConnection } = agent;
  agent.createConnection = function (...args) {
    const socket = Reflect.apply(createConnection, this, args);
    if (socket) Object.defineProperty(socket, 'setTimeout', { value: () => socket });
    return socket;
  };
  return agent;
}
