import { connect } from 'node:net';

/** Sends raw text to a port. Resolves to the received text when the connection is closed or no data arrives for `quietMillis`. */
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
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(finish, quietMillis, false);
    };
    socket.once('connect', () => {
      socket.write(text);
      wait();
    });
    socket.on('data', (piece) => {
      received += piece.toString('latin1');
      wait();
    });
    socket.once('end', () => finish(true)).once('error', () => finish(true));
  });
}
