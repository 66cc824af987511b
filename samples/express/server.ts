import 'reflect-metadata';
import express from 'express';
import type { Request } from 'express';
import { createServer } from 'node:http';
import { traceListener } from 'fc-traced/server';
import { Stock } from './stock';

const stock = new Stock();
const app = express();
app.get('/orders/:sku', async (request, response) => {
  response.json(await stock.reserve(request.params.sku));
});

// The route of Express names the spans. It is known when the response ends.
const route = (request: object): string | undefined => (request as Request).route?.path as string | undefined;
const server = createServer(traceListener(app, { route }));
// FC keeps its connections, and uses them again after minutes.
server.keepAliveTimeout = 0;
server.listen(Number(process.env['FC_SERVER_PORT'] ?? 9000), '0.0.0.0');
// SIGTERM: finish what runs, and exit.
process.once('SIGTERM', () => server.close());
