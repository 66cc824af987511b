import { chain } from './chain';
import { express } from './express';
import { mcpWeather } from './mcp-weather';
import { nas } from './nas';
import { ordersQueue } from './orders-queue';
import { rds } from './rds';
import { singleFunctionSample } from './sample';
import type { Sample } from './sample';
import { thumbnails } from './thumbnails';

const COLD_AND_WARM = [
  { name: 'cold', title: 'cold call' },
  { name: 'warm', title: 'warm call' },
] as const;

/** The sample that `fc-traced demo` runs. */
export const orders: Sample = singleFunctionSample(
  'orders',
  'How do services, attributes, a manual span and an error appear in a trace?',
  [
    { name: 'cold', title: 'cold call' },
    { name: 'warm', title: 'warm call', event: { id: 'A-1002' } },
    { name: 'failing', title: 'failing call', event: { id: 'A-1003', quantity: 500 } },
  ],
  ['order.sku', 'order.quantity', 'order.shelf'],
);

/** All samples, in the order in which the help lists them. */
export const SAMPLES: readonly Sample[] = [
  singleFunctionSample('hello', 'What is the smallest program, and what does its trace look like?', COLD_AND_WARM),
  singleFunctionSample(
    'fc-guide',
    "What does Function Compute's own tracing guide look like with fc-traced?",
    COLD_AND_WARM,
  ),
  orders,
  rds,
  nas,
  mcpWeather,
  chain,
  ordersQueue,
  singleFunctionSample(
    'scheduled-job',
    'What did last night’s job do, for which schedule was it, and why did it fail?',
    [
      ...COLD_AND_WARM,
      { name: 'failing', title: 'failing call', event: { payload: '{"shops":["teapots","samovars"],"hours":4}' } },
    ],
    ['faas.trigger', 'faas.time', 'carts.removed'],
  ),
  thumbnails,
  express,
];
