// The declarations of other frameworks that the pages in docs/moving use, so that their code compiles without these
// packages. They follow Powertools 2 and Midway 4.

declare module '@aws-lambda-powertools/tracer' {
  export class Tracer {
    constructor(options?: { serviceName?: string });
    captureLambdaHandler(options?: { captureResponse?: boolean }): MethodDecorator;
    captureMethod(options?: { subSegmentName?: string; captureResponse?: boolean }): MethodDecorator;
    putAnnotation(key: string, value: string | number | boolean): void;
  }
}

declare module '@aws-lambda-powertools/commons/types' {
  export interface LambdaInterface {
    handler(event: unknown, context: unknown): Promise<unknown>;
  }
}

declare module '@midwayjs/core' {
  export function Inject(): PropertyDecorator;
  export function Provide(): ClassDecorator;
  export function ServerlessFunction(options: { functionName: string }): MethodDecorator;
  export function ServerlessTrigger(type: ServerlessTriggerType): MethodDecorator;
  export function Trace(spanName: string): MethodDecorator;
  export enum ServerlessTriggerType {
    EVENT = 'event',
  }
}

declare module '@midwayjs/faas' {
  export interface Context {
    readonly requestContext: unknown;
  }
}
