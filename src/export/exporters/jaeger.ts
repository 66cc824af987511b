import { warnOnce } from '../../diagnostics';
import type { ExporterSettings, SpanEncoder } from './exporters';
import { encodeBatch } from '../thrift/jaeger-batch';

/** Creates the encoder of Jaeger thrift over HTTP. */
export function createEncoder({ url, headers, variables }: ExporterSettings): SpanEncoder {
  if (Object.keys(headers).length > 0) {
    warnOnce('the option headers is ignored: the Jaeger exporter cannot send further headers');
  }
  const target = new URL(url);
  if (target.search !== '') warnOnce('the query of the endpoint is ignored: the Jaeger exporter cannot send one');
  const username = target.username === '' ? variables.jaegerUser : decodeURIComponent(target.username);
  const password = target.username === '' ? variables.jaegerPassword : decodeURIComponent(target.password);
  const hasPassword = username !== undefined && password !== undefined && password !== '';
  Object.assign(target, { search: '', username: '', password: '', hash: '' });
  return {
    url: target,
    headers: {
      'Content-Type': 'application/x-thrift',
      ...(hasPassword && { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }),
    },
    repeatsResource: true,
    encode: encodeBatch,
    encodeSync: encodeBatch,
  };
}
