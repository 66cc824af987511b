import { readField, readText } from '../../safe-access';
import type { Trigger } from './trigger';

/** HTTP trigger of FC 3.0 on a built-in runtime: the request as a JSON event. */
export const http: Trigger = {
  name: 'http',
  faasTrigger: 'http',
  matches: (event) =>
    readField(event, 'version') === 'v1' &&
    typeof readField(event, 'rawPath') === 'string' &&
    readText(event, 'requestContext', 'http', 'method') !== undefined,
  headers: (event) => readField(event, 'headers'),
};
