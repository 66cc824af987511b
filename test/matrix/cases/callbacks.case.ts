import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import { check, ended, events, invocation, mark, pause, span, tree } from '../check';

type Callback = (error: Error | null, rows?: number) => void;

class Table {
  @Traced({ callback: true, resultAttributes: (rows) => ({ rows }) })
  find(name: string, callback: Callback): string {
    mark('query');
    setTimeout(() => {
      mark('answer');
      callback(name === 'none' ? new RangeError('no table') : null, 3);
    }, 1);
    return 'asked';
  }

  @Traced({ callback: true })
  now(callback: Callback): void {
    callback(null, 1);
  }

  @Traced({ callback: true })
  twice(callback: Callback): void {
    callback(null, 1);
    callback(null, 2);
  }

  @Traced({ callback: true })
  never(callback: Callback): void {
    void callback;
  }

  @Traced({ callback: true })
  broken(callback: Callback): void {
    void callback;
    throw new RangeError('bad name');
  }

  @Traced({ callback: true })
  either(callback?: Callback): number {
    callback?.(null, 2);
    return 2;
  }

  @Traced()
  withoutOption(callback: Callback): void {
    setTimeout(callback, 1, null, 1);
  }

  @Traced({ callback: true })
  inspect(callback: Callback): { name: string; length: number; tag: unknown } {
    const { name, length } = callback;
    callback(null);
    return { name, length, tag: Reflect.get(callback, 'tag') };
  }
}

check(
  'with callback: true, the span ends when the callback is called, and the callback runs outside of it',
  async () => {
    await invocation(async () => {
      assert.equal(
        await promisify((name: string, done: Callback) =>
          new Table().find(name, (error, rows) => {
            mark('consumer');
            done(error, rows);
          }),
        )('orders'),
        3,
      );
    });
    tree(`
    invocation
      Table.find
        query
        answer
      consumer
  `);
    assert.equal(span('Table.find').attributes.rows, 3);
  },
);

check(
  'with callback: true, the return value of the method is unchanged',
  () =>
    new Promise<void>((resolve) => {
      assert.equal(
        new Table().find('orders', () => resolve()),
        'asked',
      );
    }),
);

check('an error that is passed to the callback marks the span as failed', async () => {
  const error = await new Promise((resolve) => void new Table().find('none', resolve));
  assert.equal((error as Error).message, 'no table');
  assert.deepEqual(span('Table.find').status, { code: 'ERROR', message: 'no table' });
});

check('a callback that is called synchronously or twice is called as often as by the method', () => {
  let calls = 0;
  new Table().now(() => calls++);
  new Table().twice(() => calls++);
  assert.equal(calls, 3);
  assert.deepEqual(ended(), ['Table.now', 'Table.twice']);
});

check('an error that the callback throws reaches its caller and does not mark the span as failed', () => {
  const reason = new Error('consumer broke');
  assert.throws(
    () =>
      new Table().now(() => {
        throw reason;
      }),
    (error) => error === reason,
  );
  assert.deepEqual(ended(), ['Table.now']);
});

check('an error that a method with callback: true throws is recorded once, and its span ends once', () => {
  const logged: string[] = [];
  const log = (...words: unknown[]): void => void logged.push(words.join(' '));
  diag.setLogger(
    { error: log, warn: log, info: log, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  try {
    assert.throws(() => new Table().broken(() => {}), { message: 'bad name' });
  } finally {
    diag.disable();
  }
  assert.deepEqual(events('Table.broken'), ['exception']);
  assert.deepEqual(logged, []);
});

check('with callback: true, the span of a call without a callback ends when the method returns', () => {
  assert.equal(new Table().either(), 2);
  assert.equal(
    new Table().either(() => {}),
    2,
  );
  assert.deepEqual(ended(), ['Table.either', 'Table.either']);
});

check('without the option, a callback is not wrapped', async () => {
  const seen: unknown[] = [];
  const callback: Callback = (...answer) => seen.push(answer);
  new Table().withoutOption(callback);
  assert.deepEqual(ended(), ['Table.withoutOption']);
  await pause(5);
  assert.deepEqual(seen, [[null, 1]]);
});

check('the callback that a method gets has the name, length and properties of the original one', () => {
  assert.deepEqual(
    new Table().inspect(
      Object.assign(
        function done(error: unknown, rows: unknown): void {
          void [error, rows];
        },
        { tag: 1 },
      ),
    ),
    { name: 'done', length: 2, tag: 1 },
  );
});

check('a call whose callback is never called is abandoned when the invocation ends', async () => {
  await invocation(() => new Table().never(() => {}));
  assert.deepEqual(events('Table.never'), ['fc_traced.abandoned']);
});
