// A collector that accepts everything. Sends its address at first, then 1 for each message if it got a request, else 0.
const http = require('node:http');

let requests = 0;
const server = http.createServer((request, response) => {
  request.resume().on('end', () => {
    requests += 1;
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`));
process.on('message', () => process.send(Math.min(requests, 1)));
process.on('disconnect', () => process.exit());
