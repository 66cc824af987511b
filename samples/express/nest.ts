import 'reflect-metadata';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { traceListener } from 'fc-traced/server';
import { Stock } from './stock';
import type { Shelf } from './stock';

@Controller('orders')
class OrdersController {
  constructor(private readonly stock: Stock) {}

  @Get(':sku')
  order(@Param('sku') sku: string): Promise<Shelf> {
    return this.stock.reserve(sku);
  }
}

@Module({ controllers: [OrdersController], providers: [Stock] })
class ShopModule {}

async function start(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(ShopModule, { logger: ['error'] });
  await app.init();
  const listener = app.getHttpAdapter().getInstance() as unknown as RequestListener;
  const route = (request: object): string | undefined => (request as Request).route?.path as string | undefined;
  const server = createServer(traceListener(listener, { route }));
  server.keepAliveTimeout = 0;
  server.listen(Number(process.env['FC_SERVER_PORT'] ?? 9000), '0.0.0.0');
  process.once('SIGTERM', () => server.close());
}

void start();
