import { connect } from 'amqplib';
import type { GetMessage } from 'amqplib';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../loopback';
import { ChildProgram, findProgram, MissingService } from './child-program';
import type { Deployment } from './deployment';

const INSTRUCTIONS = `This sample needs RabbitMQ, which is not installed. The sample starts its own broker and ends it afterwards.
  Debian, Ubuntu   sudo apt-get install rabbitmq-server
  macOS            brew install rabbitmq
If it is installed elsewhere, set RABBITMQ_SERVER to the path of rabbitmq-server.`;

/** Debian's rabbitmq-server in the PATH changes to the user rabbitmq; the script behind it runs as any user. */
const DEBIAN = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** The path of rabbitmq-server; `undefined` when it is not installed. */
export function findRabbitMq(): string | undefined {
  const given = process.env['RABBITMQ_SERVER'];
  if (given !== undefined && given !== '') return existsSync(given) ? given : undefined;
  return existsSync(DEBIAN) ? DEBIAN : findProgram('rabbitmq-server');
}

/** Starts a RabbitMQ in a temporary folder. Resolves to its URL. */
export async function startRabbitMq(deployment: Deployment): Promise<string> {
  const server = findRabbitMq();
  if (server === undefined) throw new MissingService(INSTRUCTIONS);
  const folder = deployment.temporaryFolder();
  const [port, distributionPort] = [await freePort(), await freePort()];
  const program = ChildProgram.start(deployment.cleanup, server, [], {
    ...process.env,
    HOME: folder,
    RABBITMQ_NODENAME: `fc-traced-${process.pid}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    // The Erlang port mapper would go on after the sample.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-start_epmd false -erl_epmd_port ${distributionPort}`,
  });
  await program.waitForOutput(/Server startup complete/, 60_000);
  const version = /RabbitMQ (\d[\d.]*)/.exec(program.output)?.[1] ?? '';
  deployment.log(`RabbitMQ ${version} on 127.0.0.1:${port}, its data in a temporary folder`);
  return `amqp://guest:guest@127.0.0.1:${port}`;
}

/** A message as FC's RabbitMQ trigger passes it on. That `props` has the headers is inferred. */
function recordOf(message: GetMessage, redeliver: boolean): object {
  const { fields, properties } = message;
  return {
    id: `${properties.messageId}-${fields.deliveryTag}`,
    source: 'RabbitMQ-Function-orders',
    specversion: '1.0',
    type: 'amqp:Queue:SendMessage',
    datacontenttype: 'application/json;charset=utf-8',
    subject: 'acs:amqp:cn-hangzhou:1000000000000001:/instances/amqp-1/vhosts/shop/queues/orders',
    time: new Date().toISOString(),
    aliyunaccountid: '1000000000000001',
    data: {
      envelope: {
        deliveryTag: fields.deliveryTag,
        exchange: fields.exchange,
        redeliver,
        routingKey: fields.routingKey,
      },
      body: JSON.parse(message.content.toString()) as unknown,
      props: { messageId: properties.messageId as unknown, headers: properties.headers },
    },
  };
}

/**
 * Takes messages from a queue and pushes them as FC's event stream does: as one batch, and once more as a whole when the function
 * fails. `push` receives the batch and resolves to whether the function succeeded.
 */
export async function pushBatch(
  url: string,
  queue: string,
  count: number,
  push: (batch: readonly object[]) => Promise<boolean>,
): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const messages: GetMessage[] = [];
    while (messages.length < count) {
      const message = await channel.get(queue);
      if (message !== false) messages.push(message);
    }
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      if (await push(messages.map((message) => recordOf(message, attempt > 1)))) break;
    }
    channel.ackAll();
    await channel.close();
  } finally {
    await connection.close();
  }
}
