import { readField } from '../../safe-access';
import type { Trigger } from './trigger';

/** Message Service topic in JSON form. */
export const mns: Trigger = {
  name: 'mns',
  faasTrigger: 'pubsub',
  matches: (event) =>
    typeof readField(event, 'TopicName') === 'string' && typeof readField(event, 'MessageId') === 'string',
};
