import { readField } from '../../safe-access';
import type { Trigger } from './trigger';

/** Topic of Message Service (MNS), in JSON format. */
export const mns: Trigger = {
  name: 'mns',
  faasTrigger: 'pubsub',
  matches: (event) =>
    typeof readField(event, 'TopicName') === 'string' && typeof readField(event, 'MessageId') === 'string',
};
