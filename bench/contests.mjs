// The contests. The first contender of a contest is the baseline, and the others are reported as a ratio to it.
const hand = 'hand-written startActiveSpan';
const around = 'hand-written, around the method';
const nest = 'nestjs-otel @Span';
const ours = 'fc-traced @Traced';

const plainLoop = 'a plain loop';
const handRecord = 'hand-written, a span for each record';
const perRecord = 'fc-traced forEachRecord';
const kafkaRecord = 'the same, with headers of Kafka';
const onProvider = "the same, on the application's provider";

const untraced = 'not traced';
const byHand = 'hand-written, client and server';
const tracedMcp = 'fc-traced/mcp, sampled';

/** A contest of tool calls between an MCP client and a server in one process. `slow`: it runs in fewer rounds. */
function mcp(generation, transport, where, most) {
  const contender = (who) => ['mcp.cjs', `${generation}-${transport}-${who}`];
  return {
    title: `MCP: a tool call, SDK ${generation}, ${where}`,
    unit: 'µs',
    slow: true,
    contenders: {
      [untraced]: contender('plain'),
      [byHand]: contender('hand'),
      'fc-traced/mcp, not sampled': contender('unsampled'),
      [tracedMcp]: contender('sampled'),
    },
    goal: { text: `at most ${most.toFixed(2)} of hand-written`, value: (ns) => ns[tracedMcp] / ns[byHand], most },
  };
}

const simple = 'SimpleSpanProcessor, no flush';
const batch = 'BatchSpanProcessor, forceFlush';

/** A contest of answers that wait for a collector. Each contender prints the median, the 99th percentile and a share. */
function delivery(roundTripMillis) {
  const contender = (way) => ['delivery.cjs', `${way}-${roundTripMillis}`];
  return {
    title: `delivery: added latency of an answer, the collector ${roundTripMillis} ms away`,
    unit: 'ms',
    slow: true,
    contenders: { [batch]: contender('batch'), [simple]: contender('simple'), 'fc-traced': contender('ours') },
    goal: {
      text: `the median is at most 1.10 of ${batch}`,
      value: (ns) => ns['fc-traced, median'] / ns[`${batch}, median`],
      most: 1.1,
    },
  };
}

const withContainer = 'by hand, with a container';
const notRecorded = 'fc-traced, not recorded';
const recordedHere = 'fc-traced, recorded, no network';

/** A contest of invocations by FC's built-in runtime. */
const invocations = {
  title: 'invocation: handler(event, context) of a class with a service, one after another',
  unit: 'µs',
  slow: true,
  contenders: {
    [withContainer]: ['invocation.cjs', 'container'],
    [notRecorded]: ['invocation.cjs', 'unrecorded'],
    [recordedHere]: ['invocation.cjs', 'recorded'],
  },
  goals: [
    {
      text: 'not recorded, adds at most 10 µs (in ns)',
      value: (ns) => ns[notRecorded] - ns[withContainer],
      most: 10_000,
    },
    {
      text: 'recorded, adds at most 60 µs (in ns)',
      value: (ns) => ns[recordedHere] - ns[withContainer],
      most: 60_000,
    },
  ],
};

const plainServer = 'node:http';
const batchedServer = 'instrumentation-http, batched';
const flushedServer = 'instrumentation-http, flushed';
const unrecorded = 'fc-traced serve, not recorded';
const recorded = 'fc-traced serve, recorded';

/** A contest of requests. Each contender prints the time of a request, and the 99th percentile of the latencies. */
const requests = {
  title: 'serve: a request of ten short asynchronous calls, 20 connections',
  unit: 'µs',
  slow: true,
  contenders: {
    [plainServer]: ['requests.cjs', 'plain'],
    [unrecorded]: ['requests.cjs', 'unrecorded'],
    [batchedServer]: ['requests.cjs', 'batched'],
    [flushedServer]: ['requests.cjs', 'flushed'],
    [recorded]: ['requests.cjs', 'recorded'],
  },
  goals: [
    {
      text: `not recorded, at most 2.00 of ${plainServer}`,
      value: (ns) => ns[`${unrecorded}, each`] / ns[`${plainServer}, each`],
      most: 2,
    },
    {
      text: `recorded, at most 1 / 1.6 of ${flushedServer}`,
      value: (ns) => ns[`${recorded}, each`] / ns[`${flushedServer}, each`],
      most: 1 / 1.6,
    },
    {
      text: `recorded, at most 1 / 0.60 of ${batchedServer}`,
      value: (ns) => ns[`${recorded}, each`] / ns[`${batchedServer}, each`],
      most: 1 / 0.6,
    },
    {
      text: `recorded, the 99th percentile at most that of ${flushedServer}`,
      value: (ns) => ns[`${recorded}, p99`] / ns[`${flushedServer}, p99`],
      most: 1,
    },
  ],
};

const sample = 'the published sample, delivering';

/** A contest of cold starts over one protocol. */
function cold(protocol, further = []) {
  const oneFile = 'fc-traced, one file';
  const cached = 'fc-traced, one file, compile cache';
  return {
    title: `cold start, to the first answer, over ${protocol}`,
    unit: 'ms',
    contenders: {
      [sample]: ['cold.cjs', `sample-${protocol}`],
      'fc-traced': ['cold.cjs', `ours-${protocol}`],
      [oneFile]: ['cold.cjs', `one file-${protocol}`],
      [cached]: ['cold.cjs', `compile cache-${protocol}`],
      ...Object.fromEntries(further.map(([name, contender]) => [name, ['cold.cjs', contender]])),
    },
    goals: [
      { text: 'fc-traced at most 0.80 of the sample', value: (ns) => ns['fc-traced'] / ns[sample], most: 0.8 },
      { text: 'one file at most 0.50 of the sample', value: (ns) => ns[oneFile] / ns[sample], most: 0.5 },
      { text: 'with a compile cache at most 0.50 of the sample', value: (ns) => ns[cached] / ns[sample], most: 0.5 },
      ...further.map(([name, , most]) => ({
        text: `${name} at most ${most.toFixed(2)} of the sample`,
        value: (ns) => ns[name] / ns[sample],
        most,
      })),
    ],
  };
}

/**
 * `goal.value` computes a value for one round from the nanoseconds per call of each contender. The goal is met if the
 * median of these values is at most `goal.most`. A contest may have several `goals` instead.
 */
export const contests = [
  {
    title: 'A call in an unsampled invocation, sync',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'unsampled'],
      [nest]: ['nestjs-otel.cjs', 'unsampled'],
      [ours]: ['fc-traced.cjs', 'unsampled'],
      'plain call': ['plain.cjs', 'sync'],
    },
    goal: { text: 'adds at most 30 ns to a plain call', value: (ns) => ns[ours] - ns['plain call'], most: 30 },
  },
  {
    title: 'An invocation of 20 traced calls, with and without keep, nothing exported',
    unit: 'µs',
    slow: true,
    contenders: {
      'not sampled': ['keep.cjs', 'unsampled'],
      'not sampled, ratio by trigger': ['keep.cjs', 'by-trigger'],
      'not sampled by the caller': ['keep.cjs', 'unsampled-caller'],
      'keep, not sampled by the caller': ['keep.cjs', 'caller'],
      'keep, dropped': ['keep.cjs', 'dropped'],
      'keep, kept': ['keep.cjs', 'kept'],
      sampled: ['keep.cjs', 'sampled'],
    },
    goals: [
      {
        text: 'keep costs nothing if the caller did not sample: at most 1.20 of the same without keep',
        value: (ns) => ns['keep, not sampled by the caller'] / ns['not sampled by the caller'],
        most: 1.2,
      },
      { text: 'dropped: at most 1.50 of sampled', value: (ns) => ns['keep, dropped'] / ns.sampled, most: 1.5 },
    ],
  },
  {
    title: 'A sampled call, sync: the SDK setup of fc-traced against the default one, same processor',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'sampled-sync'],
      [nest]: ['nestjs-otel.cjs', 'sampled-sync'],
      [ours]: ['fc-traced.cjs', 'sampled-sync'],
    },
    goal: { text: 'at most 0.70 of hand-written', value: (ns) => ns[ours] / ns[hand], most: 0.7 },
  },
  {
    title: 'A sampled call, async: the SDK setup of fc-traced against the default one, same processor',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'sampled-async'],
      [around]: ['hand-written.cjs', 'sampled-async-around'],
      [nest]: ['nestjs-otel.cjs', 'sampled-async'],
      [ours]: ['fc-traced.cjs', 'sampled-async'],
      'plain call': ['plain.cjs', 'async'],
    },
    goal: { text: 'at most 0.75 of hand-written', value: (ns) => ns[ours] / ns[hand], most: 0.75 },
  },
  {
    title: 'A sampled call, sync, on the provider that the application registered',
    unit: 'ns',
    contenders: { [hand]: ['hand-written.cjs', 'sampled-sync'], [ours]: ['fc-traced.cjs', 'foreign-sync'] },
    goal: { text: 'never slower than hand-written', value: (ns) => ns[ours] / ns[hand], most: 1 },
  },
  {
    title: 'A sampled call, async, on the provider that the application registered',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'sampled-async'],
      [around]: ['hand-written.cjs', 'sampled-async-around'],
      [ours]: ['fc-traced.cjs', 'foreign-async'],
    },
    goal: { text: 'never slower than hand-written', value: (ns) => ns[ours] / ns[hand], most: 1 },
  },
  {
    title: 'A step of a sampled generator of 1,000 steps',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'sampled-steps'],
      [nest]: ['nestjs-otel.cjs', 'sampled-steps'],
      [ours]: ['fc-traced.cjs', 'sampled-steps'],
      'plain call': ['plain.cjs', 'steps'],
    },
    goal: { text: 'adds at most 60 ns to a plain step', value: (ns) => ns[ours] - ns['plain call'], most: 60 },
  },
  {
    title: 'A record of a batch of 1,000, in an invocation that is not sampled',
    unit: 'ns',
    contenders: {
      [plainLoop]: ['batch.cjs', 'plain'],
      [perRecord]: ['batch.cjs', 'unsampled-rocketmq'],
      [kafkaRecord]: ['batch.cjs', 'unsampled-kafka'],
    },
    goal: {
      text: 'adds less than 1 µs to a plain loop',
      value: (ns) => Math.max(ns[perRecord], ns[kafkaRecord]) - ns[plainLoop],
      most: 1_000,
    },
  },
  {
    title: 'A record of a batch of 1,000, sampled, a span for each, linked to its producer',
    unit: 'ns',
    contenders: {
      [handRecord]: ['batch.cjs', 'hand'],
      [perRecord]: ['batch.cjs', 'sampled'],
      [onProvider]: ['batch.cjs', 'foreign'],
    },
    goal: { text: 'at most 1.20 of hand-written', value: (ns) => ns[perRecord] / ns[handRecord], most: 1.2 },
  },
  mcp('1.x', 'memory', 'in memory', 1.5),
  mcp('1.x', 'http', 'streamable HTTP on the loopback interface', 1.25),
  mcp('2.x', 'memory', 'in memory', 1.5),
  mcp('2.x', 'http', 'streamable HTTP on the loopback interface', 1.25),
  delivery(1),
  delivery(40),
  {
    title: 'delivery: a request to serve, 50 at once, the collector 1 ms away',
    unit: 'µs',
    slow: true,
    contenders: { 'tracing off': ['serve.cjs', 'off'], 'fc-traced': ['serve.cjs', 'traced'] },
    goal: {
      text: 'at most 2.50 of tracing off',
      value: (ns) => ns['fc-traced'] / ns['tracing off'],
      most: 2.5,
    },
  },
  invocations,
  requests,
  cold('otlp', [
    ['fc-traced, unsampled', 'ours-unsampled', 0.45],
    ['fc-traced, one file, unsampled', 'one file-unsampled', 0.25],
    ['one file, compile cache, unsampled', 'compile cache-unsampled', 0.25],
  ]),
  cold('jaeger'),
  {
    title: 'cold: loading, in a new process',
    unit: 'ms',
    contenders: {
      'all possible dependencies': ['load.cjs', 'all possible dependencies'],
      'api, reflect-metadata and tsyringe': ['load.cjs', 'api, reflect-metadata and tsyringe'],
      'fc-traced': ['load.cjs', 'fc-traced'],
    },
    goals: [
      {
        text: 'at most half of loading all possible dependencies',
        value: (ns) => ns['fc-traced'] / ns['all possible dependencies'],
        most: 0.5,
      },
      {
        text: 'at most 1.50 of api, reflect-metadata and tsyringe',
        value: (ns) => ns['fc-traced'] / ns['api, reflect-metadata and tsyringe'],
        most: 1.5,
      },
    ],
  },
];
