// A collector at a distance: `distant-collector.cjs ROUND_TRIP_MILLIS`, a process of its own. Opening a connection takes
// one round trip, and so does a request. Sends its endpoint at first, then the number of spans for each message.
const http = require('node:http');
const net = require('node:net');
const { readBody } = require('../cli/dist/viewer/collector.js');
const { decodeOtlpProtobuf } = require('../cli/dist/viewer/otlp.js');

const roundTripMillis = Number(process.argv[2]);
let spans = 0;

const server = http.createServer((request, response) => {
  readBody(request).then(
    (body) => {
      spans += decodeOtlpProtobuf(body).length;
      setTimeout(() => response.writeHead(200).end(), roundTripMillis);
    },
    () => response.destroy(),
  );
});
// The connection is opened at once by the kernel, so the HTTP server gets it later.
const connections = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
  setTimeout(() => {
    server.emit('connection', socket);
    socket.resume();
  }, roundTripMillis);
});
connections.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${connections.address().port}/v1/traces`));
process.on('message', () => process.send(spans));
process.on('disconnect', () => process.exit());
