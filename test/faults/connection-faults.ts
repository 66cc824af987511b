import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault';

const HEALTHY = {};

/** Waits for the first bytes of a request. */
function onFirstBytes(socket: Socket, listener: () => void): void {
  socket.once('data', listener);
}

function onEachConnection(connect: (socket: Socket) => void): Fault['start'] {
  return () => ({ connect });
}

/** Sends raw bytes instead of a response as soon as a request arrives. */
function sending(bytes: string, end = true): Fault['start'] {
  return onEachConnection((socket) => {
    onFirstBytes(socket, () => (end ? socket.end(bytes, 'latin1') : socket.write(bytes, 'latin1')));
  });
}

/** Faults of connections: what arrives, if anything, is not a response. */
export const connectionFaults = {
  'refuses connections': { start: () => HEALTHY, spans: 'retryable', refusesConnections: true },
  'has an unknown host name': {
    start: () => HEALTHY,
    spans: 'retryable',
    endpoint: () => 'http://collector.invalid',
  },
  'speaks no TLS': {
    start: sending('HTTP/1.1 400 Bad Request\r\n\r\n'),
    spans: 'retryable',
    endpoint: (origin) => origin.replace('http:', 'https:'),
  },
  'rejects the TLS handshake': {
    // A fatal alert: handshake failure.
    start: sending('\x15\x03\x01\x00\x02\x02\x28'),
    spans: 'retryable',
    endpoint: (origin) => origin.replace('http:', 'https:'),
  },
  'accepts connections and never reads': {
    start: onEachConnection((socket) => void socket.pause()),
    spans: 'retryable',
  },
  'accepts connections and never responds': {
    start: onEachConnection((socket) => void socket.resume()),
    spans: 'retryable',
  },
  'resets connections when they open': {
    start: onEachConnection((socket) => void socket.resetAndDestroy()),
    spans: 'retryable',
  },
  'resets connections during the request': {
    start: onEachConnection((socket) => onFirstBytes(socket, () => socket.resetAndDestroy())),
    spans: 'retryable',
  },
  'closes connections when they open': {
    start: onEachConnection((socket) => void socket.destroy()),
    spans: 'retryable',
  },
  'closes its side of connections and keeps reading': {
    // The sender's side stays open, because the server allows half-open connections.
    start: onEachConnection((socket) => void socket.resume().end()),
    spans: 'retryable',
  },
  'closes connections in the middle of the headers': {
    start: sending('HTTP/1.1 200 OK\r\ncontent-le'),
    spans: 'retryable',
  },
  'stops in the middle of the headers': { start: sending('HTTP/1.1 200 OK\r\ncontent-le', false), spans: 'retryable' },
  'responds with garbage': { start: sending('\x16\x03\x01 neither HTTP nor TLS\n\n'), spans: 'retryable' },
  'responds with headers of 100 KB': {
    start: sending(`HTTP/1.1 200 OK\r\nx-fill: ${'a'.repeat(100_000)}\r\ncontent-length: 0\r\n\r\n`),
    spans: 'retryable',
  },
  'responds with an invalid content length': {
    start: sending('HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n'),
    spans: 'retryable',
  },
  'switches protocols without being asked': {
    start: sending('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n', false),
    spans: 'retryable',
  },
  'sends informational responses without end': {
    start: onEachConnection((socket) => {
      onFirstBytes(socket, () => {
        const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
        socket.resume().once('close', () => clearInterval(timer));
      });
    }),
    spans: 'retryable',
  },
  'resets connections for 0.7 s': {
    start: () => {
      let end: number | undefined;
      return {
        connect: (socket, speakHttp) => {
          end ??= performance.now() + 700;
          if (performance.now() < end) socket.resetAndDestroy();
          else speakHttp();
        },
      };
    },
    spans: 'retryable',
    isIntermittent: true,
  },
  'is one of two, and the other one never responds': {
    start: () => {
      let count = 0;
      return { connect: (socket, speakHttp) => ((count += 1) % 2 === 1 ? void socket.resume() : speakHttp()) };
    },
    spans: 'retryable',
    isIntermittent: true,
  },
  'is one of two, and the other one resets connections': {
    start: () => {
      let count = 0;
      return { connect: (socket, speakHttp) => ((count += 1) % 2 === 1 ? void socket.resetAndDestroy() : speakHttp()) };
    },
    spans: 'retryable',
    isIntermittent: true,
  },
  'resets connections every other 100 ms': {
    start: () => ({
      connect: (socket, speakHttp) =>
        Math.floor(performance.now() / 100) % 2 === 0 ? void socket.resetAndDestroy() : speakHttp(),
    }),
    spans: 'retryable',
    isIntermittent: true,
  },
  'accepts one connection at a time and resets the others': {
    start: () => {
      let open = 0;
      return {
        connect: (socket, speakHttp) => {
          if (open > 0) return void socket.resetAndDestroy();
          open += 1;
          socket.once('close', () => (open -= 1));
          speakHttp();
        },
      };
    },
    spans: 'retryable',
    isIntermittent: true,
  },
  'starts to read after 100 ms': {
    start: onEachConnectionLater(100),
    spans: 'accepted',
  },
} as const satisfies Record<string, Fault>;

function onEachConnectionLater(millis: number): Fault['start'] {
  return () => ({ connect: (_socket, speakHttp) => void sleep(millis).then(speakHttp) });
}
