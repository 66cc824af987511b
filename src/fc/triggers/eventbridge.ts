import { readField } from '../../safe-access';
import type { Trigger } from './trigger';

/**
 * EventBridge and its message sources (Kafka, RocketMQ, RabbitMQ, MNS): one CloudEvent, or an array of CloudEvents or
 * their JSON.
 */
export const eventStream: Trigger = {
  name: 'eventbridge',
  faasTrigger: 'pubsub',
  matches: (event) => {
    const first = Array.isArray(event) ? (event[0] as unknown) : event;
    if (typeof first === 'string') return first.startsWith('{') && first.includes('"specversion"');
    return typeof readField(first, 'specversion') === 'string' && typeof readField(first, 'source') === 'string';
  },
};
