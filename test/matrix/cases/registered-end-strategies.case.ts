import { registerEndStrategy, Traced } from 'fc-traced';
import type { EndStrategy } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, events, invocation, mark, span, tree } from '../check';

/** A job that calls its listeners when it ends. */
class Job {
  private readonly listeners: ((error?: Error) => void)[] = [];
  onEnd(listener: (error?: Error) => void): void {
    this.listeners.push(listener);
  }
  end(error?: Error): void {
    for (const listener of this.listeners) listener(error);
  }
}

const jobs: EndStrategy<Job> = {
  supports: (value): value is Job => value instanceof Job,
  follow(job, call) {
    job.onEnd((error) => (error === undefined ? call.succeed('done') : call.fail(error)));
    call.run(() => mark('followed'), undefined, []);
    call.annotate({ 'job.kind': 'nightly' });
    return job;
  },
};

class Jobs {
  @Traced({ resultAttributes: (value) => ({ value }) })
  start(): Job {
    return new Job();
  }

  @Traced()
  async later(): Promise<Job> {
    return new Job();
  }
}

async function withEndStrategy(strategy: EndStrategy<never> | EndStrategy<Job>, work: () => unknown): Promise<void> {
  const remove = registerEndStrategy(strategy as EndStrategy<Job>);
  try {
    await work();
  } finally {
    remove();
  }
}

check('a registered end strategy ends the span', () =>
  withEndStrategy(jobs, () => {
    const job = new Jobs().start();
    assert.deepEqual(ended(), ['followed']);
    job.end();
    tree(`
    Jobs.start
      followed
  `);
    assert.equal(span('Jobs.start').attributes['job.kind'], 'nightly');
    assert.equal(span('Jobs.start').attributes.value, 'done');
  }),
);

check('a registered end strategy can mark the span as failed', () =>
  withEndStrategy(jobs, () => {
    new Jobs().start().end(new Error('out of time'));
    assert.equal(span('Jobs.start').status.message, 'out of time');
  }),
);

check('a registered end strategy applies to the value of a promise', () =>
  withEndStrategy(jobs, async () => {
    const job = await new Jobs().later();
    assert.deepEqual(ended(), ['followed']);
    job.end();
    assert.deepEqual(ended(), ['followed', 'Jobs.later']);
  }),
);

check('a call that a registered end strategy does not end is abandoned when the invocation ends', () =>
  withEndStrategy(jobs, async () => {
    await invocation(() => void new Jobs().start());
    assert.deepEqual(events('Jobs.start'), ['fc_traced.abandoned']);
  }),
);

check('an error of a registered end strategy does not reach the program', () =>
  withEndStrategy(
    {
      supports: (value): value is Job => value instanceof Job,
      follow: () => {
        throw new Error('faulty end strategy');
      },
    },
    () => {
      assert.ok(new Jobs().start() instanceof Job);
      assert.deepEqual(ended(), ['Jobs.start']);
    },
  ),
);

check('an end strategy that was removed is not used', async () => {
  await withEndStrategy(jobs, () => {});
  new Jobs().start();
  assert.deepEqual(ended(), ['Jobs.start']);
});
