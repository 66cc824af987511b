import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deployment } from './deployment';
import { callEach } from './sample';
import type { Sample } from './sample';

const MISSING =
  '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>The object does not exist.</Message></Error>';

/** Starts a server in place of OSS, with one bucket in memory. Resolves to its endpoint. */
async function startBucket(deployment: Deployment): Promise<string> {
  const objects = new Map([['/in/teapot.png', readFileSync(deployment.file('teapot.png'))]]);
  const server = createServer((request, response) => {
    const key = new URL(request.url ?? '/', 'http://bucket').pathname.replace(/^\/labels\//, '/');
    void request.toArray().then((chunks: Buffer[]) => {
      if (request.method === 'PUT') objects.set(key, Buffer.concat(chunks));
      const found = objects.get(key);
      response.writeHead(found === undefined ? 404 : 200, { etag: '"0"', 'x-oss-request-id': '0' });
      response.end(request.method === 'PUT' ? '' : (found ?? MISSING));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  deployment.cleanup.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  deployment.log(`a server in place of OSS on ${new URL(endpoint).host}`);
  return endpoint;
}

const eventOf = (...keys: readonly string[]): Record<string, unknown> => ({
  events: keys.map((key) => ({
    eventName: 'ObjectCreated:PutObject',
    eventSource: 'acs:oss',
    eventTime: '2026-11-02T08:15:30.000Z',
    eventVersion: '1.0',
    region: 'cn-hangzhou',
    oss: {
      ossSchemaVersion: '1.0',
      ruleId: 'labels',
      bucket: { arn: 'acs:oss:cn-hangzhou:1000000000000001:labels', name: 'labels', ownerIdentity: '1' },
      object: { key, size: 2048, deltaSize: 2048, eTag: '00' },
    },
    requestParameters: { sourceIPAddress: '192.0.2.7' },
    responseElements: { requestId: 'R1' },
    userIdentity: { principalId: '1000000000000001' },
  })),
});

/** Pictures of a bucket, with the official client of OSS: one, and one that is missing. */
export const thumbnails: Sample = {
  name: 'thumbnails',
  question:
    'Which object started the function, how long did reading, shrinking and writing take, and which object failed?',
  attributes: ['faas.coldstart', 'faas.document.name', 'oss.key', 'picture.edge', 'fc_traced.batch.failed'],
  async *run(deployment) {
    const target = deployment.addFunction({ env: { OSS_ENDPOINT: await startBucket(deployment) } });
    yield* callEach(deployment, target, [
      { name: 'cold', title: 'cold call' },
      {
        name: 'failing',
        title: 'two objects, of which one was deleted in the meantime',
        event: eventOf('in/teapot.png', 'in/unicorn.png'),
      },
    ]);
  },
};
