import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Traced } from 'fc-traced';
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
  unasked(callback: Callback): void {
    setTimeout(callback, 1, null, 1);
  }

  @Traced({ callback: true })
  given(callback: Callback): { name: string; length: number; tag: unknown } {
    const { name, length } = callback;
    callback(null);
    return { name, length, tag: Reflect.get(callback, 'tag') };
  }
}

check('with callback: true the span lasts until the callback is called, which runs outside of it', async () => {
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
});

check(
  'with callback: true the method still returns what it returned',
  () =>
    new Promise<void>((resolve) => {
      assert.equal(
        new Table().find('orders', () => resolve()),
        'asked',
      );
    }),
);

check('an error given to the callback marks the span', async () => {
  const error = await new Promise((resolve) => void new Table().find('none', resolve));
  assert.equal((error as Error).message, 'no table');
  assert.deepEqual(span('Table.find').status, { code: 'ERROR', message: 'no table' });
});

check('a callback that is called at once, or twice, is called as often as it was', () => {
  let calls = 0;
  new Table().now(() => calls++);
  new Table().twice(() => calls++);
  assert.equal(calls, 3);
  assert.deepEqual(ended(), ['Table.now', 'Table.twice']);
});

check('a callback that throws throws where it did, and the method is not blamed', () => {
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

check('a method with callback: true that throws has its error recorded once, and its span ended once', () => {
  const told: string[] = [];
  const tell = (...words: unknown[]): void => void told.push(words.join(' '));
  diag.setLogger(
    { error: tell, warn: tell, info: tell, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  try {
    assert.throws(() => new Table().broken(() => {}), { message: 'bad name' });
  } finally {
    diag.disable();
  }
  assert.deepEqual(events('Table.broken'), ['exception']);
  assert.deepEqual(told, []);
});

check('with callback: true a call without a callback ends when it returns', () => {
  assert.equal(new Table().either(), 2);
  assert.equal(
    new Table().either(() => {}),
    2,
  );
  assert.deepEqual(ended(), ['Table.either', 'Table.either']);
});

check('without the option a callback is left alone', async () => {
  const seen: unknown[] = [];
  const callback: Callback = (...answer) => seen.push(answer);
  new Table().unasked(callback);
  assert.deepEqual(ended(), ['Table.unasked']);
  await pause(5);
  assert.deepEqual(seen, [[null, 1]]);
});

check('the callback that a method sees has the name, length and properties of the one given', () => {
  assert.deepEqual(
    new Table().given(
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

check('a callback that is never called is told as abandoned when the invocation ends', async () => {
  await invocation(() => new Table().never(() => {}));
  assert.deepEqual(events('Table.never'), ['fc_traced.abandoned']);
});
