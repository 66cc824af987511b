// A client that costs little: it writes the same bytes again and again, and reads only where a response ends.
const net = require('node:net');

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: (\d+)/i;

/** Returns the number of bytes of the first response in `data`, or 0 if it is not complete. */
function lengthOfResponse(data) {
  const head = data.indexOf(END_OF_HEAD);
  if (head < 0) return 0;
  const length = head + END_OF_HEAD.length + Number(LENGTH.exec(data.latin1Slice(0, head))[1]);
  return data.length < length ? 0 : length;
}

/** Makes requests on so many connections until `isOver()`. Returns how many, and the nanoseconds that each took. */
async function load(port, connections, isOver) {
  const request = Buffer.from(`GET /orders?id=7 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: */*\r\n\r\n`);
  const times = [];
  const connection = () =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
      let received = Buffer.alloc(0);
      let start = 0;
      const send = () => {
        start = performance.now();
        socket.write(request);
      };
      socket.once('connect', send).on('error', reject).on('close', resolve);
      socket.on('data', (data) => {
        received = received.length === 0 ? data : Buffer.concat([received, data]);
        const length = lengthOfResponse(received);
        if (length === 0) return;
        received = received.subarray(length);
        times.push((performance.now() - start) * 1e6);
        if (isOver(times.length)) socket.destroy();
        else send();
      });
    });
  await Promise.all(Array.from({ length: connections }, connection));
  return times;
}

module.exports = { load };
