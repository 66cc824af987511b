const { createServer } = require('node:http');
createServer((request, response) => response.end(`${request.method} ${request.url}`)).listen(
  process.env.FC_SERVER_PORT,
);
