import type { AddressInfo, Server, Socket } from 'node:net';
import { HttpSender } from '../../src/export/delivery/http-sender';

export let server: Server;
export let sender: HttpSender;
export const sockets = new Set<Socket>();
export let connections = 0;

/** Starts a server, whose connections are counted. */
export async function serve(started: Server, timeoutMillis = 5_000): Promise<void> {
  server = started.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => {}).once('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`);
  sender = new HttpSender({ url, headers: {}, timeoutMillis });
}

beforeEach(() => (connections = 0));
afterEach(async () => {
  sender.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});
