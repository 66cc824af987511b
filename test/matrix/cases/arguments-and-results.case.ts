import { secret, Traced } from 'fc-traced';
import { expectTrace } from 'fc-traced/testing';
import assert from 'node:assert/strict';
import { check, events, span, traces } from '../check';

interface Order {
  readonly id: number;
  readonly items: readonly string[];
}

class Shop {
  constructor(private readonly city: string) {}

  @Traced({
    attributes(order, express) {
      return { order: { id: order.id, items: order.items.length }, express, city: this.where() };
    },
    resultAttributes(receipt) {
      return { receipt, from: this.where() };
    },
  })
  async ship(order: Order, express = false): Promise<string> {
    return `${order.id} ${express}`;
  }

  @Traced({ attributes: { team: 'shop', size: 3 } })
  fixed(): void {}

  @Traced()
  silent(_password: string, _order: object): object {
    return { token: 'hidden' };
  }

  @Traced({
    attributes: () => {
      throw new Error('bad extractor');
    },
    resultAttributes: () => {
      throw new Error('bad result');
    },
  })
  faulty(): number {
    return 7;
  }

  @Traced({ attributes: (card) => ({ 'card.number': card, password: 'swordfish', note: 'n' }) })
  pay(card: unknown): unknown {
    return card;
  }

  where(): string {
    return this.city;
  }
}

check(
  'attributes of arguments and of the awaited result are set on the span, with the this of the method',
  async () => {
    assert.equal(await new Shop('Hangzhou').ship({ id: 7, items: ['a', 'b'] }), '7 false');
    const { attributes } = span('Shop.ship');
    assert.deepEqual(attributes, {
      'order.id': 7,
      'order.items': 2,
      city: 'Hangzhou',
      receipt: '7 false',
      from: 'Hangzhou',
    });
  },
);

check('fixed attributes are set on each span', () => {
  new Shop('').fixed();
  assert.deepEqual(span('Shop.fixed').attributes, { team: 'shop', size: 3 });
});

check('arguments and results are not recorded by default', () => {
  new Shop('').silent('swordfish', { id: 1 });
  assert.deepEqual(span('Shop.silent').attributes, {});
});

check('an attributes function that throws does not affect the call and causes an event on the span', () => {
  assert.equal(new Shop('').faulty(), 7);
  assert.deepEqual(events('Shop.faulty'), ['fc_traced.problem', 'fc_traced.problem']);
  assert.equal(span('Shop.faulty').status.code, 'UNSET');
});

check('secrets and values of secret keys are redacted on the span, not in the arguments', () => {
  const card = secret('6222-0000-1111');
  assert.equal(new Shop('').pay(card), card);
  const { attributes } = span('Shop.pay');
  assert.deepEqual(attributes, { 'card.number': '[redacted]', password: '[redacted]', note: 'n' });
  expectTrace(traces.only()).toHideSecrets('6222-0000-1111', 'swordfish');
});
