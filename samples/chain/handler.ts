import 'reflect-metadata';
import { createHandler, Handler, HttpError, InjectContext, readJson, Service, Traced, traceInvoke } from 'fc-traced';
import type { FcContext, HttpEvent } from 'fc-traced';
import Client, { InvokeFunctionHeaders, InvokeFunctionRequest } from '@alicloud/fc20230330';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { RuntimeOptions } from '@darabonba/typescript';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';

type Answer = { readonly amount: number; readonly refused?: string; readonly errorMessage?: string };

// The client's timeouts, connectTimeout included, also limit the wait for the response. Their default of about three
// seconds is too short for a cold start.
const PATIENT = new RuntimeOptions({ connectTimeout: 30_000, readTimeout: 30_000 });

@Service()
class Stock {
  readonly #client: Client;

  constructor(@InjectContext() { credentials }: FcContext) {
    const { host: endpoint, protocol } = new URL(process.env['INVOKE_URL'] ?? '');
    this.#client = new Client(
      new $OpenApiUtil.Config({ ...credentials, endpoint, protocol: protocol.replace(':', '') }),
    );
  }

  @Traced({ kind: 'client', attributes: { 'faas.invoked_name': 'stock', 'faas.invoked_provider': 'alibaba_cloud' } })
  async reserve(order: unknown): Promise<Answer> {
    const request = new InvokeFunctionRequest({ body: Readable.from(Buffer.from(JSON.stringify(order))) });
    const { body, headers } = await this.#client.invokeFunctionWithOptions(
      'stock',
      request,
      traceInvoke(new InvokeFunctionHeaders({})),
      PATIENT,
    );
    const answer = (await json(body!)) as Answer;
    // InvokeFunction responds with 200 even if the function failed.
    if (headers?.['x-fc-error-type'] !== undefined) {
      throw new HttpError(502, 'the stock cannot be asked', { cause: new Error(answer.errorMessage) });
    }
    return answer;
  }
}

@Handler({ route: '/orders' })
class Shop {
  constructor(private readonly stock: Stock) {}

  async handle(event: HttpEvent) {
    const { amount, refused } = await this.stock.reserve(await readJson(event));
    if (refused !== undefined) throw new HttpError(422, refused);
    return { amount };
  }
}

export const { handler, initialize, preStop } = createHandler(Shop);
