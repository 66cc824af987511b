import 'reflect-metadata';
import { Handler, HttpError } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import { propagation } from '@opentelemetry/api';

// NaN: the price of a samovar is not set yet.
const PRICES = new Map([
  ['teapot', 20],
  ['cup', 4],
  ['samovar', Number.NaN],
]);
const REBATES = new Map([['acme', 0.1]]);

@Handler({ route: '/prices/{sku}', baggageAttributes: ['tenant'] })
class Price {
  handle({ requestContext }: HttpEvent) {
    const sku = requestContext.http.path.replace('/prices/', '');
    const price = PRICES.get(sku);
    if (price === undefined) throw new HttpError(404, `there is no ${sku}`);
    if (Number.isNaN(price)) throw new Error(`${sku} has no price`);
    const tenant = propagation.getActiveBaggage()?.getEntry('tenant')?.value ?? '';
    return { price: price * (1 - (REBATES.get(tenant) ?? 0)) };
  }
}

void serve(Price);
