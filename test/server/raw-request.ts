import { connect } from 'node:net';

/** Sends bytes as they are to a port, and gives what comes back until the connection is closed or nothing has come for a moment. */
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
