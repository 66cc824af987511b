// What is compared with what. The first contender of a contest is the peer that the others are given as a ratio of.
const hand = 'hand-written startActiveSpan';
const around = 'the same, around the method';
const nest = 'nestjs-otel @Span';
const ours = 'fc-traced @Traced';

const untraced = 'not traced';
const byHand = 'hand-written, client and server';
const tracedMcp = 'fc-traced/mcp, sampled';

/** A tool call from client to server and back, in one process. `slow`: it takes so long that fewer rounds must do. */
function mcp(generation, transport, way, most) {
  const contender = (who) => ['mcp.cjs', `${generation}-${transport}-${who}`];
  return {
    title: `MCP: a tool call, SDK ${generation}, ${way}`,
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

/** `goal.value` reads one round (ns a call, by contender); its median over the rounds says whether what the project promises holds. */
export const contests = [
  {
    title: 'A call in an invocation that is not sampled, sync',
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
    title: 'A sampled call, sync: our SDK set-up against the default one, same processor',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'sampled-sync'],
      [nest]: ['nestjs-otel.cjs', 'sampled-sync'],
      [ours]: ['fc-traced.cjs', 'sampled-sync'],
    },
    goal: { text: 'at most 0.70 of hand-written', value: (ns) => ns[ours] / ns[hand], most: 0.7 },
  },
  {
    title: 'A sampled call, async: our SDK set-up against the default one, same processor',
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
    title: 'A sampled call, sync, on a provider that the application registered',
    unit: 'ns',
    contenders: { [hand]: ['hand-written.cjs', 'sampled-sync'], [ours]: ['fc-traced.cjs', 'foreign-sync'] },
    goal: { text: 'never slower than hand-written', value: (ns) => ns[ours] / ns[hand], most: 1 },
  },
  {
    title: 'A sampled call, async, on a provider that the application registered',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'sampled-async'],
      [around]: ['hand-written.cjs', 'sampled-async-around'],
      [ours]: ['fc-traced.cjs', 'foreign-async'],
    },
    goal: { text: 'never slower than hand-written', value: (ns) => ns[ours] / ns[hand], most: 1 },
  },
  {
    title: 'A step of a sampled generator: the context around each, and what the span costs in a thousandth',
    unit: 'ns',
    contenders: {
      [hand]: ['hand-written.cjs', 'sampled-steps'],
      [nest]: ['nestjs-otel.cjs', 'sampled-steps'],
      [ours]: ['fc-traced.cjs', 'sampled-steps'],
      'plain call': ['plain.cjs', 'steps'],
    },
    goal: { text: 'adds at most 60 ns to a plain step', value: (ns) => ns[ours] - ns['plain call'], most: 60 },
  },
  mcp('1.x', 'memory', 'in memory', 1.5),
  mcp('1.x', 'http', 'streamable HTTP on the loopback', 1.25),
  mcp('2.x', 'memory', 'in memory', 1.5),
  mcp('2.x', 'http', 'streamable HTTP on the loopback', 1.25),
  {
    title: 'Loading, in a new process',
    unit: 'ms',
    contenders: {
      'everything it can need, at once': ['load.cjs', 'everything it can need, at once'],
      'api, reflect-metadata and tsyringe': ['load.cjs', 'api, reflect-metadata and tsyringe'],
      'fc-traced': ['load.cjs', 'fc-traced'],
    },
    goal: {
      text: 'at most half of loading everything',
      value: (ns) => ns['fc-traced'] / ns['everything it can need, at once'],
      most: 0.5,
    },
  },
];
