import { readField, readText } from '../../safe-access';
import type { Trigger } from './trigger';

/** API Gateway with FC as its backend: an object with `httpMethod`, `path` and `headers`. */
export const apiGateway: Trigger = {
  name: 'api-gateway',
  faasTrigger: 'http',
  matches: (event) =>
    readText(event, 'httpMethod') !== undefined &&
    readText(event, 'path') !== undefined &&
    readField(event, 'headers') !== undefined,
  headers: (event) => readField(event, 'headers'),
};
