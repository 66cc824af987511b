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

/** How a NestJS application uses a controller's method: it reads guards and roles from the function. */
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

/** Like routing-controllers: routes and parameters are stored by prototype and name, and used to call the method. */
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

/** Like class-validator: rules are stored by class and property, and read for instances. */
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
class TracedClass {
  ship(@SpanAttribute('order.id') _id: number): void {}
}

check('NestJS finds guards and roles, above and below @Traced', () => {
  const { above, below } = NestController.prototype;
  assert.deepEqual([rolesOf(above), rolesOf(below)], [['admin'], ['guest']]);
  assert.deepEqual([guardsOf(above), guardsOf(below)], [[AuthGuard], [AuthGuard]]);
  assert.deepEqual([new NestController().above(), new NestController().below()], ['above', 'below']);
  assert.deepEqual(ended(), ['NestController.above', 'NestController.below']);
});

check('a framework like routing-controllers finds the method of a route, its types and its parameters', () => {
  const [route] = routes;
  assert.deepEqual([route!.path, route!.types, params], ['/orders/:id', [String], ['id']]);
  const controller = new RoutedController();
  assert.equal(Reflect.apply(Reflect.get(route!.target, route!.method) as () => unknown, controller, ['7']), 'order 7');
  assert.equal(span('RoutedController.byId').attributes['order.id'], '7');
});

check('a validator like class-validator finds the rules of a class with traced methods', () => {
  const dto = new OrderDto();
  assert.deepEqual(rules.get(dto.constructor), ['items']);
  assert.deepEqual(Object.keys(dto), ['items']);
  assert.equal(dto.total(), 3);
});

check('tsyringe creates traced classes, with @Traced above and below its decorator', async () => {
  const child = container.createChildContainer();
  child.registerInstance('city', 'Hangzhou');
  await invocation(() => {
    assert.equal(child.resolve(Orders).ship(), 'Hangzhou at 12');
    assert.equal(child.resolve(Returns).take(), 12);
  });
  assert.deepEqual(ended(), ['Clock.now', 'Orders.ship', 'Clock.now', 'Returns.take', 'invocation']);
});

check('@SpanAttribute records an argument as an attribute; the option attributes takes precedence', () => {
  new Parameters().both(7, 'home', 'more');
  assert.deepEqual(span('Parameters.both').attributes, { 'order.id': 7, to: 'home', own: true });
});

check('@SpanAttribute works with @Traced on the class', () => {
  new TracedClass().ship(7);
  assert.deepEqual(span('TracedClass.ship').attributes, { 'order.id': 7 });
});
