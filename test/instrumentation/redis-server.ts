import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { findProgram, freePort, waitForOutput } from './mariadb';

/** Parses the commands of a request, each a list of strings, and returns the rest of an incomplete one. */
function parseCommands(text: string): { commands: string[][]; rest: string } {
  const commands: string[][] = [];
  let rest = text;
  for (;;) {
    const head = /^\*(\d+)\r\n/.exec(rest);
    if (head === null) return { commands, rest };
    let left = rest.slice(head[0].length);
    const parts: string[] = [];
    for (let index = 0; index < Number(head[1]); index += 1) {
      const length = /^\$(\d+)\r\n/.exec(left);
      if (length === null || left.length < length[0].length + Number(length[1]) + 2) return { commands, rest };
      parts.push(left.slice(length[0].length, length[0].length + Number(length[1])));
      left = left.slice(length[0].length + Number(length[1]) + 2);
    }
    commands.push(parts);
    rest = left;
  }
}

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

/** The reply of a server that stores nothing. `queued` counts the commands of a transaction. */
function replyTo([name = '', ...args]: readonly string[], queued: { count: number | undefined }): string {
  const command = name.toUpperCase();
  if (command === 'MULTI') queued.count = 0;
  else if (command === 'EXEC') {
    const replies = '+OK\r\n'.repeat(queued.count ?? 0);
    const head = `*${queued.count ?? 0}\r\n`;
    queued.count = undefined;
    return head + replies;
  } else if (queued.count !== undefined) {
    queued.count += 1;
    return '+QUEUED\r\n';
  }
  if (command === 'GET') return bulk(args[0]!);
  if (command === 'INFO') return bulk('redis_mode:standalone\r\n');
  return command === 'HELLO' ? '-ERR unknown command\r\n' : '+OK\r\n';
}

/** A server with the part of Redis' protocol that two clients need. It replies OK, and to GET with the key. */
async function startFakeRedis(): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    const queued: { count: number | undefined } = { count: undefined };
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        const { commands, rest } = parseCommands(text + String(chunk));
        text = rest;
        socket.write(commands.map((command) => replyTo(command, queued)).join(''));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Starts Redis if it is installed, else the fake server above. */
export async function startRedis(): Promise<{ readonly port: number; readonly isReal: boolean; stop(): void }> {
  const program = findProgram('redis-server');
  if (program === undefined) return { ...(await startFakeRedis()), isReal: false };
  const port = await freePort();
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'pipe',
  });
  await waitForOutput(server, /Ready to accept connections/);
  return { port, isReal: true, stop: () => void server.kill('SIGKILL') };
}
