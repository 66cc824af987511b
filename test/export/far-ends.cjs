// Loopback servers that fail in one way each; a path that they were asked for is kept in `asked`.
const http = require('node:http');
const net = require('node:net');

const asked = [];
const answering = (status, headers = {}) =>
  http.createServer((request, response) => {
    asked.push(request.url);
    request
      .resume()
      .on('end', () =>
        response
          .writeHead(status, headers)
          .end(`no such path: ${request.url}, token ${request.url.split('/')[1]} is unknown`),
      );
  });

const servers = {
  unauthorized: answering(401),
  missing: answering(404),
  broken: answering(500),
  overloaded: answering(503, { 'retry-after': '0' }),
  elsewhere: answering(307, { location: '/adapt_elsewhere/v1/traces' }),
  garbled: answering(200, { 'content-type': 'application/x-protobuf' }),
  silent: http.createServer((request) => asked.push(request.url)),
  rude: http.createServer((request) => {
    asked.push(request.url);
    request.socket.destroy();
  }),
  noHttp: net.createServer((socket) =>
    socket.on('error', () => {}).on('data', () => socket.end('\x16\x03\x01 this is neither HTTP nor TLS\n\n')),
  ),
};

/** Starts them all; gives their origins, that of a port where nobody listens among them. */
async function startFarEnds() {
  const origins = {};
  for (const [name, server] of Object.entries(servers)) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origins[name] = `http://127.0.0.1:${server.address().port}`;
  }
  origins.noTls = origins.noHttp.replace('http:', 'https:');
  const gone = net.createServer();
  await new Promise((resolve) => gone.listen(0, '127.0.0.1', resolve));
  origins.refused = `http://127.0.0.1:${gone.address().port}`;
  await new Promise((resolve) => gone.close(resolve));
  origins.unresolvable = 'http://collector.invalid';
  return { origins, asked };
}

module.exports = { startFarEnds };
