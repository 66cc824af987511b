import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { originForm } from './http-event';

/** The kind of a request to a custom runtime: an event call, a lifecycle hook, or an HTTP request for the function. */
export type Control = 'invoke' | 'initialize' | 'pre-freeze' | 'pre-stop' | 'http';

const PATHS: Readonly<Record<string, readonly [method: string, control: Control]>> = {
  '/invoke': ['POST', 'invoke'],
  '/initialize': ['POST', 'initialize'],
  '/pre-freeze': ['GET', 'pre-freeze'],
  '/pre-stop': ['GET', 'pre-stop'],
};

/**
 * The kind of a request, by the header `x-fc-control-path`, otherwise by its method and path. `fcHeaders`: the headers
 * of FC that are believed.
 */
export function controlOf({ method, url = '/' }: IncomingMessage, fcHeaders: IncomingHttpHeaders): Control {
  const header = fcHeaders['x-fc-control-path'];
  if (typeof header === 'string' && header !== '') return Object.hasOwn(PATHS, header) ? PATHS[header]![1] : 'http';
  // The names of all paths begin with one of these letters.
  if (url.startsWith('/') && url[1] !== 'i' && url[1] !== 'p') return 'http';
  const path = originForm(url).split('?', 1)[0]!;
  const known = Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
  return known !== undefined && known[0] === method ? known[1] : 'http';
}
