// Compiled by `npm run typecheck`, never run: an entry method must accept the events of its trigger, or their bytes.
import { createHandler, forEachRecord, Handler } from 'fc-traced';
import type {
  CloudEvent,
  FcContext,
  FcFunction,
  HandlerOptions,
  HttpStreamEvent,
  KafkaEvent,
  KafkaMessage,
  KafkaRecord,
  OssEvent,
  RocketMqMessage,
  TimerEvent,
} from 'fc-traced';

@Handler({ trigger: 'oss' })
export class Thumbnails {
  handle(event: OssEvent, context: FcContext): string {
    return `${event.events.length} ${context.requestId}`;
  }
}
// The method may name only the parts that it uses, or nothing.
@Handler({ trigger: 'oss' })
export class Keys {
  handle({ events }: { events: readonly { oss: { object: { key: string } } }[] }): string[] {
    return events.map(({ oss }) => oss.object.key);
  }
}
@Handler({ trigger: 'timer' })
export class Clock {
  handle(): void {}
}
@Handler({ trigger: 'timer' })
export class Anything {
  handle(event: unknown): unknown {
    return event;
  }
}
// The payload has a type of the program.
@Handler({ trigger: 'kafka' })
export class Orders {
  handle(event: readonly CloudEvent<KafkaMessage & { value: { id: string } }>[]): number {
    return event.length;
  }
}
// A mutable array, a single record, and messages without a CloudEvent.
@Handler({ trigger: 'kafka' })
export class Mutable {
  handle(event: KafkaRecord[]): void {
    event.reverse();
  }
}
@Handler({ trigger: 'kafka' })
export class Single {
  handle(event: KafkaRecord): number {
    return event.data.offset;
  }
}
@Handler({ trigger: 'rocketmq' })
export class Bare {
  handle(event: RocketMqMessage[]): number {
    return event.length;
  }
}
@Handler({ trigger: 'http' })
export class Upload {
  handle({ body }: HttpStreamEvent): unknown {
    return body;
  }
}
// These triggers pass on any value.
@Handler({ trigger: 'mns-topic' })
export class Topic {
  handle(event: { sku: string }): string {
    return event.sku;
  }
}
@Handler({ trigger: 'eventbridge' })
export class Bus {
  handle(event: { sku: string }): string {
    return event.sku;
  }
}
@Handler({ trigger: 'timer', method: 'tick' })
export class Ticker {
  tick(event: TimerEvent): string {
    return event.triggerTime;
  }
  handle(event: OssEvent): number {
    return event.events.length;
  }
}
// The entries are the decorated methods.
@Handler({ trigger: 'timer' })
export class Named {
  @Handler() tick(event: TimerEvent): string {
    return event.triggerTime;
  }
}
@Handler({ event: 'bytes' })
export class Exact {
  handle(event: Buffer): string {
    return event.toString('hex');
  }
}
@Handler({ trigger: 'kafka', event: 'bytes' })
export class ExactOrders {
  async handle(event: Buffer): Promise<void> {
    await forEachRecord<KafkaEvent>(event, ({ data }) => data.offset);
    // @ts-expect-error -- the records of bytes have no type
    await forEachRecord(event, ({ data }) => data);
  }
}
const options: HandlerOptions = { sampleRatio: 1 };
@Handler(options)
export class WithVariable {
  handle(event: OssEvent): number {
    return event.events.length;
  }
}

// @ts-expect-error -- an event of another trigger
@Handler({ trigger: 'kafka' })
export class WrongTrigger {
  handle(event: OssEvent): number {
    return event.events.length;
  }
}
// @ts-expect-error -- a shape that the trigger does not have
@Handler({ trigger: 'oss' })
export class WrongShape {
  handle(event: { sku: string }): string {
    return event.sku;
  }
}
// @ts-expect-error -- also for the method that the option names
@Handler({ trigger: 'timer', method: 'tick' })
export class WrongMethod {
  tick(event: OssEvent): number {
    return event.events.length;
  }
}
// @ts-expect-error -- an array, not one record
@Handler({ trigger: 'oss' })
export class WrongCount {
  handle(event: OssEvent[]): number {
    return event.length;
  }
}
// @ts-expect-error -- bytes, not a decoded event
@Handler({ event: 'bytes' })
export class WrongFormat {
  handle(event: OssEvent): number {
    return event.events.length;
  }
}
// @ts-expect-error -- unknown format
Handler({ event: 'buffer' });
// @ts-expect-error -- unknown trigger
Handler({ trigger: 'sqs' });
// @ts-expect-error -- unknown option
Handler({ trigger: 'oss', nam: 'orders' });

class Plain {
  handle(event: OssEvent): number {
    return event.events.length;
  }
  tick(event: TimerEvent): string {
    return event.triggerTime;
  }
}
export const functions: FcFunction[] = [
  createHandler(Plain, { trigger: 'oss' }).handler,
  createHandler(Plain, { trigger: 'timer', method: 'tick' }).handler,
  createHandler(Plain, { trigger: 'timer', entries: ['tick'] }).tick,
  createHandler(Exact, { event: 'bytes' }).handler,
];
// @ts-expect-error -- an event of another trigger
createHandler(Plain, { trigger: 'kafka' });
// @ts-expect-error -- an event of another trigger
createHandler(Plain, { trigger: 'timer' });
// @ts-expect-error -- an event of another trigger
createHandler(Plain, { trigger: 'oss', method: 'tick' });
// @ts-expect-error -- one of the entries has an event of another trigger
createHandler(Plain, { trigger: 'oss', entries: ['handle', 'tick'] });
// @ts-expect-error -- bytes, not a decoded event
createHandler(Plain, { event: 'bytes' });
