import { chain } from './chain';
import { eventStory } from './single-function';
import { mcpWeather } from './mcp-weather';
import { nas } from './nas';
import { rds } from './rds';
import type { Story } from './sample';

const COLD_AND_WARM = [
  { name: 'cold', title: 'cold call' },
  { name: 'warm', title: 'warm call' },
] as const;

/** All stories, in the order in which they are listed. */
export const STORIES: readonly Story[] = [
  eventStory('hello', 'What is the smallest program, and what does its trace look like?', COLD_AND_WARM),
  eventStory('fc-guide', "What becomes of the program in Function Compute's own tracing guide?", COLD_AND_WARM),
  eventStory(
    'orders',
    'How do services, attributes, a span by hand and an error show in a trace?',
    [
      { name: 'cold', title: 'cold call' },
      { name: 'warm', title: 'warm call', event: { id: 'A-1002' } },
      { name: 'failing', title: 'failing call', event: { id: 'A-1003', quantity: 500 } },
    ],
    ['order.sku', 'order.quantity', 'order.shelf'],
  ),
  rds,
  nas,
  mcpWeather,
  chain,
];
