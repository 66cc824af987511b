import { inFreshProcess } from '../package/fresh-process';

/**
 * Calls a traced method in a new process without handling its promise, and returns the rejections that Node.js
 * reported.
 */
function reportedBy(method: string): Promise<{ reported: string[]; spans: string[] }> {
  return inFreshProcess(`
    const { Traced } = require(dist + 'index.js');
    const { recordTraces } = require(dist + 'testing.js');
    const traces = recordTraces();
    class Work { ${method} }
    const descriptor = Object.getOwnPropertyDescriptor(Work.prototype, 'run');
    Object.defineProperty(Work.prototype, 'run', Traced()(Work.prototype, 'run', descriptor) ?? descriptor);
    const reported = [];
    process.on('unhandledRejection', (reason) => reported.push(reason.message));
    new Work().run();
    await new Promise((resolve) => setTimeout(resolve, 50));
    report({ reported, spans: traces.spans().map(({ name, status }) => name + ' ' + status.code) });
  `);
}

test('Node.js reports the unhandled rejection of a traced async method once', async () => {
  expect(await reportedBy(`async run() { await null; throw new Error('lost'); }`)).toEqual({
    reported: ['lost'],
    spans: ['Work.run ERROR'],
  });
});

test('Node.js reports nothing if the rejection is handled in the method', async () => {
  expect(await reportedBy(`async run() { try { await Promise.reject(new Error('lost')); } catch {} }`)).toEqual({
    reported: [],
    spans: ['Work.run UNSET'],
  });
});

test('an attributes function that returns a rejected promise does not end the process', async () => {
  const answer = await inFreshProcess(`
    const { Traced } = require(dist + 'index.js');
    const { recordTraces } = require(dist + 'testing.js');
    const traces = recordTraces();
    class Work { run() { return 7; } }
    const options = { attributes: async () => { throw new Error('mine'); } };
    const descriptor = Object.getOwnPropertyDescriptor(Work.prototype, 'run');
    Object.defineProperty(Work.prototype, 'run', Traced(options)(Work.prototype, 'run', descriptor));
    const value = new Work().run();
    await new Promise((resolve) => setTimeout(resolve, 50));
    report([value, traces.spans()[0].events.map(({ attributes }) => attributes)]);
  `);
  expect(answer).toEqual([7, [{ 'fc_traced.problem': 'attributes() returned no object' }]]);
});
