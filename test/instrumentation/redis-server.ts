import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { freePort, installed, printed } from './mariadb';

/** The commands of a request, each a list of texts, and what is left of an unfinished one. */
function commandsOf(text: string): { commands: string[][]; rest: string } {
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

/** What a far end that keeps nothing answers. */
function answerTo([name = '', ...args]: readonly string[], queued: { count: number | undefined }): string {
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

/** A far end that speaks enough of Redis' protocol for two clients: it answers OK, and a GET with the name of the key. */
async function startFarEnd(): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    const queued: { count: number | undefined } = { count: undefined };
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        const { commands, rest } = commandsOf(text + String(chunk));
        text = rest;
        socket.write(commands.map((command) => answerTo(command, queued)).join(''));
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

/** A real Redis where it is installed, else the far end above. */
export async function startRedis(): Promise<{ readonly port: number; readonly isReal: boolean; stop(): void }> {
  const program = installed('redis-server');
  if (program === undefined) return { ...(await startFarEnd()), isReal: false };
  const port = await freePort();
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'pipe',
  });
  await printed(server, /Ready to accept connections/);
  return { port, isReal: true, stop: () => void server.kill('SIGKILL') };
}
