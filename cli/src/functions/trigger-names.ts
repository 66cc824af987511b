import type { fakeEvent } from 'fc-traced/testing';

/** The name of a trigger, as `fakeEvent` of `fc-traced/testing` takes it. */
export type TriggerName = Parameters<typeof fakeEvent>[0];

// One entry for each trigger, which the type checks: the list is known without loading `fc-traced/testing`.
const TRIGGERS: Readonly<Record<TriggerName, true>> = {
  http: true,
  'api-gateway': true,
  timer: true,
  oss: true,
  cdn: true,
  sls: true,
  tablestore: true,
  'mns-topic': true,
  'mns-queue': true,
  rocketmq: true,
  kafka: true,
  rabbitmq: true,
  mqtt: true,
  dts: true,
  eventbridge: true,
  'async-destination': true,
};

/** The names of all triggers. */
export const TRIGGER_NAMES = Object.keys(TRIGGERS) as readonly TriggerName[];
