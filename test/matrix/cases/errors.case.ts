import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, events, pause, span, tree } from '../check';

class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
}

class Shop {
  @Traced()
  raise(thrown: unknown): never {
    throw thrown;
  }

  @Traced()
  outer(thrown: unknown): never {
    return this.middle(thrown);
  }

  @Traced()
  middle(thrown: unknown): never {
    return this.raise(thrown);
  }

  @Traced()
  async later(thrown: unknown): Promise<never> {
    await pause();
    return this.raise(thrown);
  }

  @Traced({ expectedErrors: [OutOfStock] })
  listed(error: Error): never {
    throw error;
  }

  @Traced({ expectedErrors: (error) => (error as { status?: number }).status === 404 })
  judged(error: unknown): never {
    throw error;
  }

  @Traced({
    expectedErrors: () => {
      throw new Error('bad predicate');
    },
  })
  misjudged(error: unknown): never {
    throw error;
  }

  @Traced()
  fine(): number {
    return 1;
  }
}

const caught = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
};

check('the status of a successful call is unset', () => {
  new Shop().fine();
  assert.deepEqual(span('Shop.fine').status, { code: 'UNSET' });
});

check(
  'any thrown value reaches the caller unchanged and marks the span as failed: errors, frozen errors, strings, null and undefined',
  () => {
    const thrown = [
      new Error('a'),
      Object.freeze(new Error('b')),
      'text',
      0,
      null,
      undefined,
      Symbol('s'),
      Object.create(null),
      new Proxy({}, { get: () => assert.fail('must not be read') }),
    ];
    for (const value of thrown) {
      assert.ok(
        Object.is(
          caught(() => new Shop().raise(value)),
          value,
        ),
      );
    }
    assert.equal(ended().length, thrown.length);
  },
);

check('throw undefined marks the span as failed, with an exception', () => {
  caught(() => new Shop().raise(undefined));
  const { status, attributes } = span('Shop.raise');
  assert.deepEqual(
    [status.code, attributes['error.type'], events('Shop.raise')],
    ['ERROR', 'undefined', ['exception']],
  );
});

check('an error that leaves three methods is recorded on the innermost span and marks each span as failed', () => {
  caught(() => new Shop().outer(new RangeError('no stock')));
  tree(`
    Shop.outer  ERROR
      Shop.middle  ERROR
        Shop.raise  ERROR
  `);
  assert.deepEqual([events('Shop.outer'), events('Shop.middle'), events('Shop.raise')], [[], [], ['exception']]);
});

check('a string that leaves two methods is recorded on the innermost span only', async () => {
  await assert.rejects(new Shop().later('broken'), (error) => error === 'broken');
  assert.deepEqual([events('Shop.later'), events('Shop.raise')], [[], ['exception']]);
});

check('causes and the errors of an AggregateError are recorded with the error', () => {
  caught(() =>
    new Shop().raise(new AggregateError([new Error('left'), new Error('right')], 'both', { cause: new Error('root') })),
  );
  const [event] = span('Shop.raise').events;
  for (const word of ['left', 'right', 'root', 'both']) {
    assert.match(String(event!.attributes['exception.stacktrace']), new RegExp(word));
  }
});

check('an expected error, by class or by predicate, reaches the caller unchanged and does not mark the span', () => {
  const error = new OutOfStock('no stock');
  assert.equal(
    caught(() => new Shop().listed(error)),
    error,
  );
  caught(() => new Shop().judged(Object.assign(new Error('not found'), { status: 404 })));
  assert.deepEqual([span('Shop.listed').status.code, span('Shop.judged').status.code], ['UNSET', 'UNSET']);
  assert.deepEqual(events('Shop.listed'), ['fc_traced.expected_error']);
});

check('an error that is not expected marks the span as failed', () => {
  caught(() => new Shop().listed(new RangeError('other')));
  caught(() => new Shop().judged(Object.assign(new Error('broken'), { status: 500 })));
  assert.deepEqual([span('Shop.listed').status.code, span('Shop.judged').status.code], ['ERROR', 'ERROR']);
});

check('if a predicate throws, the error reaches the caller unchanged and marks the span as failed', () => {
  const error = new Error('the real one');
  assert.equal(
    caught(() => new Shop().misjudged(error)),
    error,
  );
  assert.equal(span('Shop.misjudged').status.message, 'the real one');
});
