// A function on a custom runtime. It responds to events and hooks as FC requires, and to HTTP requests depending on
// their path.
const { createServer } = require('node:http');

let initialized = 0;
let pending = 0;
let most = 0;
let ticks = 0;
setInterval(() => {
  ticks += 1;
}, 10);

const seen = ({ method, url, headers }, body) => ({
  method,
  url,
  headers,
  body,
  initialized,
  port: process.env.FC_CUSTOM_LISTEN_PORT,
  ticks,
  most,
});

const PATHS = {
  '/initialize': (request, body, response) => {
    initialized += 1;
    response.end();
  },
  '/invoke': (request, body, response) => {
    const failed = body === 'fail';
    response.writeHead(failed ? 404 : 200, { 'x-fc-status': failed ? '404' : '200' });
    response.end(JSON.stringify(failed ? { errorMessage: 'given', errorType: 'RangeError' } : seen(request, body)));
  },
  '/pre-stop': (request, body, response) => {
    console.log('preStop', request.headers['x-fc-request-id'].slice(0, 2));
    response.end();
  },
  '/events': async (request, body, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-fc-hidden': '1' });
    for (let count = 1; count <= 3; count += 1) {
      response.write(`data: ${count}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    response.end();
  },
  '/slow': async (request, body, response) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    response.end('slow');
  },
  '/endless': (request, body, response) => {
    response.on('close', () => console.log('client disconnected'));
    response.writeHead(200);
    response.write('on');
  },
  '/broken': (request, body, response) => response.write('half', () => response.destroy()),
  '/crash': () => process.exit(1),
  '/hang': () => undefined,
  '/busy': () => {
    for (;;);
  },
};

createServer((request, response) => {
  pending += 1;
  most = Math.max(most, pending);
  response.on('close', () => {
    pending -= 1;
  });
  const chunks = [];
  request
    .on('data', (chunk) => chunks.push(chunk))
    .on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const respond =
        PATHS[request.url.split('?', 1)[0]] ??
        ((...args) =>
          args[2].writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(seen(request, body))));
      void respond(request, body, response);
    });
}).listen(Number(process.env.FC_SERVER_PORT), '127.0.0.1');
