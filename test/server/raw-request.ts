import { connect } from 'node:net';

/** How long the first data may take, in milliseconds: on a busy machine longer than the pauses between data. */
const FIRST_DATA_MILLIS = 5_000;

/**
 * Sends raw text to a port. Resolves to the received text when the connection is closed or no more data arrives for
 * `quietMillis`.
 */
export function rawRequest(
  port: number,
  text: string,
  quietMillis = 150,
): Promise<{ readonly text: string; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    let timer: NodeJS.Timeout | undefined;
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: received, closed });
    };
    const wait = (millis: number): void => {
      clearTimeout(timer);
      timer = setTimeout(finish, millis, false);
    };
    socket.once('connect', () => {
      socket.write(text);
      wait(Math.max(FIRST_DATA_MILLIS, quietMillis));
    });
    socket.on('data', (piece) => {
      received += piece.toString('latin1');
      wait(quietMillis);
    });
    socket.once('end', () => finish(true)).once('error', () => finish(true));
  });
}
