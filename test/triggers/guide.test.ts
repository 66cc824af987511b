import type { FcFunction, TriggerName } from 'fc-traced';
import { fakeEvent, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord, Trace } from 'fc-traced/testing';
import { TRIGGER_NAMES } from '../../src/fc/event';
import { renderTrace } from '../../src/testing/trace-tree';
import { runExample } from '../package/compiled-example';
import { root } from '../package/fresh-process';
import { codeBlocks, readDocument } from '../package/markdown';
import { traceparent } from './carriers';

const [a, b] = [traceparent('a'), traceparent('b')];

/** The events of the guide, where they differ from the samples: they carry the context of a producer. */
const EVENTS: Partial<Record<TriggerName, unknown>> = {
  oss: fakeEvent('oss', {
    events: [{ oss: { object: { objectMeta: { userMeta: { 'x-oss-meta-traceparent': a } } } } }],
  }),
  'mns-topic': fakeEvent('mns-topic', { traceparent: a }),
  'mns-queue': fakeEvent('mns-queue', [{}, {}]),
  rocketmq: fakeEvent(
    'rocketmq',
    [a, b].map((value) => ({ data: { userProperties: { traceparent: value } } })),
  ),
  kafka: fakeEvent(
    'kafka',
    [a, b].map((value) => ({ data: { headers: { headers: [{ key: 'traceparent', value }] } } })),
  ),
  rabbitmq: fakeEvent(
    'rabbitmq',
    [a, b].map((value) => ({ data: { props: { headers: { traceparent: value } } } })),
  ),
  eventbridge: fakeEvent('eventbridge', { traceparent: a }),
};

const SHOWN = [
  'faas.trigger',
  'faas.time',
  'faas.document.collection',
  'faas.document.operation',
  'faas.document.name',
  'messaging.system',
  'messaging.batch.message_count',
  'messaging.kafka.offset',
  'fc_traced.batch.failed',
  'fc_traced.destination.condition',
];

/** The name of a span, with its kind and the number of its links. */
function note({ kind, links }: SpanRecord): string {
  return `${kind.toUpperCase()}${links.length === 0 ? '' : `  links=${links.length}`}`;
}

function drawn(trace: Trace): string {
  return renderTrace(trace, { note, attributes: SHOWN });
}

const recipes = readDocument(root, 'docs/triggers.md')
  .split(/^## /m)
  .flatMap((section) => {
    const trigger = /^Trigger `([^`]+)`/m.exec(section)?.[1] as TriggerName | undefined;
    return trigger === undefined ? [] : [{ trigger, blocks: codeBlocks(section) }];
  });

test('the guide has a recipe for each trigger, each with code, configuration and trace', () => {
  expect(recipes.map(({ trigger }) => trigger).toSorted()).toEqual([...TRIGGER_NAMES].toSorted());
  expect(recipes.map(({ blocks }) => blocks.map(({ language }) => language))).toEqual(
    recipes.map(() => ['ts', 'yaml', '']),
  );
});

test.each(recipes)(
  'docs/triggers.md: the handler of $trigger produces the trace that is drawn',
  async ({ trigger, blocks }) => {
    const traces = recordTraces();
    try {
      const { handler } = runExample<{ handler: FcFunction }>(blocks[0]!.text, (name) => require(name) as unknown);
      await invoke(handler, EVENTS[trigger] ?? fakeEvent(trigger));
      expect(drawn(traces.only())).toBe(blocks[2]!.text);
    } finally {
      traces.stop();
    }
  },
);

test('docs/batches.md: the batch with a failed record produces the trace that is drawn', async () => {
  const blocks = codeBlocks(readDocument(root, 'docs/batches.md'));
  const traces = recordTraces();
  try {
    const { handler } = runExample<{ handler: FcFunction }>(blocks[0]!.text, (name) => require(name) as unknown);
    const event = fakeEvent(
      'kafka',
      [a, b].map((value, index) => ({
        data: { value: `{"order":${7 + index}}`, headers: { headers: [{ key: 'traceparent', value }] } },
      })),
    );
    await expect(invoke(handler, event)).rejects.toThrow('1 of 2 records failed');
    const shown = ['messaging.batch.message_count', 'fc_traced.batch.failed'];
    expect(renderTrace(traces.only(), { note, attributes: shown })).toBe(blocks[1]!.text);
  } finally {
    traces.stop();
  }
});

test('docs/batches.md: failures that are reported do not fail the function', async () => {
  const blocks = codeBlocks(readDocument(root, 'docs/batches.md'));
  const { handler } = runExample<{ handler: FcFunction }>(blocks[2]!.text, (name) => require(name) as unknown);
  await expect(invoke(handler, fakeEvent('rabbitmq', [{}, {}]))).resolves.toBeUndefined();
});
