// Local servers that fail, each in a different way. The URLs of their requests are stored in `urls`.
const http = require('node:http');
const net = require('node:net');

const urls = [];
const respondingWith = (status, headers = {}) =>
  http.createServer((request, response) => {
    urls.push(request.url);
    request
      .resume()
      .on('end', () =>
        response
          .writeHead(status, headers)
          .end(`no such path: ${request.url}, token ${request.url.split('/')[1]} is unknown`),
      );
  });

const servers = {
  unauthorized: respondingWith(401),
  missing: respondingWith(404),
  broken: respondingWith(500),
  overloaded: respondingWith(503, { 'retry-after': '0' }),
  redirecting: respondingWith(307, { location: '/adapt_elsewhere/v1/traces' }),
  malformed: respondingWith(200, { 'content-type': 'application/x-protobuf' }),
  unresponsive: http.createServer((request) => urls.push(request.url)),
  closing: http.createServer((request) => {
    urls.push(request.url);
    request.socket.destroy();
  }),
  otherProtocol: net.createServer((socket) =>
    socket.on('error', () => {}).on('data', () => socket.end('\x16\x03\x01 this is neither HTTP nor TLS\n\n')),
  ),
};

/** Starts all servers. Returns their origins, also of a closed port and an unknown host, and the requested URLs. */
async function startFailingServers() {
  const origins = {};
  for (const [name, server] of Object.entries(servers)) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    origins[name] = `http://127.0.0.1:${server.address().port}`;
  }
  origins.noTls = origins.otherProtocol.replace('http:', 'https:');
  const closed = net.createServer();
  await new Promise((resolve) => closed.listen(0, '127.0.0.1', resolve));
  origins.refused = `http://127.0.0.1:${closed.address().port}`;
  await new Promise((resolve) => closed.close(resolve));
  origins.unresolvable = 'http://collector.invalid';
  return { origins, urls };
}

module.exports = { startFailingServers };
