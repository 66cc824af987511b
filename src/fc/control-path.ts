import type { IncomingMessage } from 'node:http';
import { originForm } from './http-event';

/** What FC wants of a custom runtime. */
export type Control = 'invoke' | 'initialize' | 'pre-freeze' | 'pre-stop' | 'http';

const PATHS: Readonly<Record<string, readonly [method: string, control: Control]>> = {
  '/invoke': ['POST', 'invoke'],
  '/initialize': ['POST', 'initialize'],
  '/pre-freeze': ['GET', 'pre-freeze'],
  '/pre-stop': ['GET', 'pre-stop'],
};

/** What a request is for: what `x-fc-control-path` says, else its method and path. */
export function controlOf({ method, url = '/', headers }: IncomingMessage): Control {
  const told = headers['x-fc-control-path'];
  if (typeof told === 'string' && told !== '') return Object.hasOwn(PATHS, told) ? PATHS[told]![1] : 'http';
  const path = originForm(url).split('?', 1)[0]!;
  const known = Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
  return known !== undefined && known[0] === method ? known[1] : 'http';
}
