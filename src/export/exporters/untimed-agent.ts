import type { Agent } from 'node:http';

/**
 * An agent for the exports of one exporter, whose connections have no timers. Where FC freezes an instance in the middle of an export, a timer
 * fires at the thaw, before the answer is read that has been there for long, and what was delivered would be sent again. Whoever exports has
 * a timer of its own, and destroys the agent.
 */
export function untimedAgent(protocol: string): Agent {
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
