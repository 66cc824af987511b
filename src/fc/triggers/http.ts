import { readField, readText } from '../../safe-access';
import type { Trigger } from './trigger';

/** FC 3.0 HTTP trigger on a built-in runtime: the request as a JSON event. */
export const http: Trigger = {
  name: 'http',
  faasTrigger: 'http',
  matches: (event) =>
    readField(event, 'version') === 'v1' &&
    typeof readField(event, 'rawPath') === 'string' &&
    readText(event, 'requestContext', 'http', 'method') !== undefined,
  headers: (event) => readField(event, 'headers'),
};
