import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';

/**
 * Keeps back what is written to a connection from now on; gives the function that lets it through. Works by corking, since Node.js
 * uncorks a connection at the end of each response. Who closes the connection meanwhile lets through what was written before, as
 * he would without us.
 */
export function holdConnection(socket: Socket): () => void {
  const { uncork, destroy } = socket;
  let isHeld = true;
  let uncorked = 0;
  socket.cork();
  // Listeners of `finish` run in the context of who lets through. They are to see that of who wrote: a logger asks it which request this is.
  const release = AsyncResource.bind((): void => {
    if (!isHeld) return;
    isHeld = false;
    Reflect.deleteProperty(socket, 'uncork');
    Reflect.deleteProperty(socket, 'destroy');
    for (let n = 0; n <= uncorked; n += 1) Reflect.apply(uncork, socket, []);
  });
  Object.defineProperty(socket, 'uncork', { configurable: true, writable: true, value: () => void (uncorked += 1) });
  Object.defineProperty(socket, 'destroy', {
    configurable: true,
    writable: true,
    value(...args: unknown[]) {
      release();
      return Reflect.apply(destroy, socket, args) as Socket;
    },
  });
  return release;
}
