import 'reflect-metadata';
import assert from 'node:assert/strict';
import { SetMetadata, UseGuards } from '@nestjs/common';
import type { CanActivate, Type } from '@nestjs/common';
import { container, inject, injectable, singleton } from 'tsyringe';
import { SpanAttribute, Traced } from 'fc-traced';
import { check, ended, invocation, span } from '../check';

class AuthGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

/** What a Nest application does with a controller's method: it reads the guards and roles from the function. */
const rolesOf = (method: object): unknown => Reflect.getMetadata('roles', method);
const guardsOf = (method: object): Type<CanActivate>[] =>
  Reflect.getMetadata('__guards__', method) as Type<CanActivate>[];

class NestController {
  @SetMetadata('roles', ['admin'])
  @UseGuards(AuthGuard)
  @Traced()
  above(): string {
    return 'above';
  }

  @Traced()
  @SetMetadata('roles', ['guest'])
  @UseGuards(AuthGuard)
  below(): string {
    return 'below';
  }
}

/** As routing-controllers does: routes and parameters are kept by prototype and name, and the method is called with what they say. */
const routes: { readonly path: string; readonly target: object; readonly method: string; readonly types: unknown[] }[] =
  [];
function Get(path: string): MethodDecorator {
  return (target, method) =>
    void routes.push({
      path,
      target,
      method: String(method),
      types: Reflect.getMetadata('design:paramtypes', target, method) as unknown[],
    });
}
const params: string[] = [];
function Param(name: string): ParameterDecorator {
  return (_target, _method, index) => void (params[index] = name);
}

class RoutedController {
  @Get('/orders/:id')
  @Traced()
  byId(@Param('id') @SpanAttribute('order.id') id: string): string {
    return `order ${id}`;
  }
}

/** As class-validator does: rules are kept by class and property, and read from instances. */
const rules = new Map<object, string[]>();
function IsPositive(): PropertyDecorator {
  return (target, property) =>
    void rules.set(target.constructor, [...(rules.get(target.constructor) ?? []), String(property)]);
}

class OrderDto {
  @IsPositive()
  items = 1;

  @Traced()
  total(): number {
    return this.items * 3;
  }
}

@singleton()
class Clock {
  @Traced()
  now(): number {
    return 12;
  }
}

@Traced()
@injectable()
class Orders {
  constructor(
    private readonly clock: Clock,
    @inject('city') private readonly city: string,
  ) {}

  ship(): string {
    return `${this.city} at ${this.clock.now()}`;
  }
}

@injectable()
@Traced()
class Returns {
  constructor(private readonly clock: Clock) {}

  take(): number {
    return this.clock.now();
  }
}

class Parameters {
  @Traced({ attributes: (id) => ({ 'order.id': id, own: true }) })
  both(@SpanAttribute('order.id') _id: number, @SpanAttribute('to') _to: string, ..._rest: unknown[]): void {}
}

@Traced()
class WholeClass {
  ship(@SpanAttribute('order.id') _id: number): void {}
}

check('guards and roles of NestJS are found, above and below @Traced', () => {
  const { above, below } = NestController.prototype;
  assert.deepEqual([rolesOf(above), rolesOf(below)], [['admin'], ['guest']]);
  assert.deepEqual([guardsOf(above), guardsOf(below)], [[AuthGuard], [AuthGuard]]);
  assert.deepEqual([new NestController().above(), new NestController().below()], ['above', 'below']);
  assert.deepEqual(ended(), ['NestController.above', 'NestController.below']);
});

check('a route of a framework like routing-controllers finds its method, its types and its parameters', () => {
  const [route] = routes;
  assert.deepEqual([route!.path, route!.types, params], ['/orders/:id', [String], ['id']]);
  const controller = new RoutedController();
  assert.equal(Reflect.apply(Reflect.get(route!.target, route!.method) as () => unknown, controller, ['7']), 'order 7');
  assert.equal(span('RoutedController.byId').attributes['order.id'], '7');
});

check('rules of a validator like class-validator are found on a class with traced methods', () => {
  const dto = new OrderDto();
  assert.deepEqual(rules.get(dto.constructor), ['items']);
  assert.deepEqual(Object.keys(dto), ['items']);
  assert.equal(dto.total(), 3);
});

check('tsyringe builds traced classes, above and below its own decorator', async () => {
  const child = container.createChildContainer();
  child.registerInstance('city', 'Hangzhou');
  await invocation(() => {
    assert.equal(child.resolve(Orders).ship(), 'Hangzhou at 12');
    assert.equal(child.resolve(Returns).take(), 12);
  });
  assert.deepEqual(ended(), ['Clock.now', 'Orders.ship', 'Clock.now', 'Returns.take', 'invocation']);
});

check('@SpanAttribute makes an argument an attribute; the option attributes goes first', () => {
  new Parameters().both(7, 'home', 'more');
  assert.deepEqual(span('Parameters.both').attributes, { 'order.id': 7, to: 'home', own: true });
});

check('@SpanAttribute works in a class that is traced as a whole', () => {
  new WholeClass().ship(7);
  assert.deepEqual(span('WholeClass.ship').attributes, { 'order.id': 7 });
});
