import { readField, readText } from '../../safe-access';
import type { Trigger } from './trigger';

/**
 * A request as API Gateway passes it on. `isBase64Encoded` is a boolean in Alibaba's Java types, a string in its
 * documents.
 */
export interface ApiGatewayEvent {
  readonly path: string;
  readonly httpMethod: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryParameters: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean | 'true' | 'false';
}

/** API Gateway with FC as its backend. */
export const apiGateway: Trigger = {
  name: 'api-gateway',
  faasTrigger: 'http',
  matches: (event) =>
    readText(event, 'httpMethod') !== undefined &&
    readText(event, 'path') !== undefined &&
    readField(event, 'headers') !== undefined,
  headers: (event) => readField(event, 'headers'),
};
