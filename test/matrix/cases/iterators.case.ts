import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { check, ended, events, mark, pause, span, tree } from '../check';

class Countdown implements IterableIterator<number> {
  constructor(private left: number) {}
  next(): IteratorResult<number> {
    mark(`step ${this.left}`);
    this.left -= 1;
    return this.left < 0 ? { done: true, value: undefined } : { done: false, value: this.left };
  }
  [Symbol.iterator](): this {
    return this;
  }
}

class Ticks implements AsyncIterableIterator<number> {
  private left = 1;
  async next(): Promise<IteratorResult<number>> {
    await pause();
    mark('tick');
    this.left -= 1;
    return this.left < 0 ? { done: true, value: undefined } : { done: false, value: this.left };
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
}

const shared = new Countdown(2);

class Clock {
  @Traced()
  countdown(from: number): Countdown {
    return new Countdown(from);
  }

  @Traced()
  ticks(): Ticks {
    return new Ticks();
  }

  @Traced()
  values(): IterableIterator<string> {
    return ['a', 'b'].values();
  }

  @Traced()
  entries(): IterableIterator<[string, number]> {
    return new Map([['a', 1]]).entries();
  }

  @Traced()
  again(): Countdown {
    return shared;
  }

  @Traced()
  frozen(): Iterator<number> {
    return Object.freeze(new Countdown(1));
  }

  @Traced()
  bare(): Iterator<number> {
    return { next: () => ({ done: true, value: 1 }) };
  }

  @Traced()
  list(): number[] {
    return [1];
  }
}

check('an iterator of a custom class runs each step with the span active and keeps its class', () => {
  const countdown = new Clock().countdown(1);
  assert.ok(countdown instanceof Countdown);
  assert.deepEqual([...countdown], [0]);
  tree(`
    Clock.countdown
      step 1
      step 0
  `);
});

check('an async iterator of a custom class runs each step with the span active', async () => {
  const seen: number[] = [];
  for await (const tick of new Clock().ticks()) {
    mark('consumer');
    seen.push(tick);
  }
  assert.deepEqual(seen, [0]);
  assert.equal(span('consumer').parentSpanId, undefined);
  assert.equal(ended().filter((name) => name === 'tick').length, 2);
  assert.equal(ended().at(-1), 'Clock.ticks');
});

check('the iterators of arrays and maps are unchanged, and their span ends when they are read', () => {
  assert.deepEqual([...new Clock().values()], ['a', 'b']);
  assert.deepEqual(new Map(new Clock().entries()), new Map([['a', 1]]));
  assert.deepEqual(ended(), ['Clock.values', 'Clock.entries']);
});

check('an iterator that is returned repeatedly is wrapped once', () => {
  const clock = new Clock();
  for (let call = 0; call < 1_000; call += 1) clock.again();
  assert.deepEqual([...clock.again()], [1, 0]);
  assert.equal(ended().filter((name) => name === 'Clock.again').length, 1_001);
  assert.equal(ended().filter((name) => name === 'step 2').length, 1);
});

check('a frozen iterator and one that is not iterable are returned unchanged, and the span ends with the call', () => {
  assert.throws(() => new Clock().frozen().next(), TypeError);
  assert.deepEqual(new Clock().bare().next(), { done: true, value: 1 });
  assert.deepEqual(
    ended().filter((name) => name.startsWith('Clock')),
    ['Clock.frozen', 'Clock.bare'],
  );
  assert.deepEqual(events('Clock.frozen'), []);
});

check('for an iterable that is not an iterator, such as an array, the span ends with the call', () => {
  assert.deepEqual(new Clock().list(), [1]);
  assert.deepEqual(ended(), ['Clock.list']);
});
