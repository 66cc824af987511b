import 'reflect-metadata';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createHandler, Handler, Service, Traced } from 'fc-traced';

// NAS_DIR is the folder where the function's NAS is mounted.
const at = (...names: string[]): string => join(process.env['NAS_DIR'] ?? '/mnt/nas', ...names);
const attributes = (path: string) => ({ 'file.path': path });

@Service()
class Files {
  @Traced({ attributes, resultAttributes: (content: string) => ({ 'file.size': Buffer.byteLength(content) }) })
  async read(path: string): Promise<string> {
    return readFile(path, 'utf8');
  }

  @Traced({
    attributes: (path: string, content: string) => ({ 'file.path': path, 'file.size': Buffer.byteLength(content) }),
  })
  async write(path: string, content: string): Promise<void> {
    await writeFile(path, content);
  }

  // The span ends when the stream ends, and has the number of chunks and bytes that passed through it.
  @Traced({ attributes, countStream: true })
  open(path: string): Readable {
    return createReadStream(path);
  }

  @Traced({ attributes, countStream: true })
  create(path: string): Writable {
    return createWriteStream(path);
  }
}

@Handler()
class MonthEnd {
  constructor(private readonly files: Files) {}

  async handle({ month }: { month: string }): Promise<{ month: string; revenue: number }> {
    const prices = JSON.parse(await this.files.read(at('prices.json'))) as Record<string, number>;
    const revenue = await this.revenue(at('sales', `${month}.csv`), prices);
    await this.files.write(at('reports', `${month}.json`), JSON.stringify({ month, revenue }));
    await pipeline(this.files.open(at('sales', `${month}.csv`)), this.files.create(at('archive', `${month}.csv`)));
    return { month, revenue };
  }

  @Traced({ resultAttributes: (revenue: number) => ({ revenue }) })
  private async revenue(path: string, prices: Readonly<Record<string, number>>): Promise<number> {
    let sum = 0;
    for (const sku of (await text(this.files.open(path))).split('\n')) sum += prices[sku] ?? 0;
    return sum;
  }
}

export const { handler, initialize, preStop } = createHandler(MonthEnd);
