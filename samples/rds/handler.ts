import 'reflect-metadata';
import { createHandler, Handler, Service, Traced } from 'fc-traced';
import { createPool } from 'mysql2/promise';
import type { RowDataPacket } from 'mysql2/promise';
import { Pool } from 'pg';

type Order = { readonly id: string; readonly sku: string; readonly quantity: number };

// One connection is deliberately too few, so that the second query waits for it.
const mysql = createPool({ uri: process.env['MYSQL_URL'] ?? '', connectionLimit: 1 });
const postgres = new Pool({ connectionString: process.env['POSTGRES_URL'], max: 1 });
// While an instance is frozen, the server may close its idle connections. The pool replaces them.
postgres.on('error', () => undefined);

@Service()
class Stock {
  @Traced({ resultAttributes: (price: number) => ({ 'order.price': price }) })
  async price(sku: string): Promise<number> {
    const [rows] = await mysql.execute<RowDataPacket[]>('SELECT price FROM stock WHERE sku = ?', [sku]);
    return Number(rows[0]?.['price']);
  }

  @Traced('wait for a connection') connect() {
    return mysql.getConnection();
  }

  @Traced()
  async reserve({ id, sku, quantity }: Order): Promise<void> {
    const connection = await this.connect();
    try {
      await connection.beginTransaction();
      await connection.execute('UPDATE stock SET quantity = quantity - ? WHERE sku = ?', [quantity, sku]);
      await connection.execute('INSERT INTO orders (id, sku, quantity) VALUES (?, ?, ?)', [id, sku, quantity]);
      await connection.commit();
    } catch (error) {
      await connection.rollback();
      throw error;
    } finally {
      connection.release();
    }
  }
}

@Service()
class Ledger {
  @Traced()
  async book(orderId: string, amount: number): Promise<void> {
    await postgres.query('INSERT INTO bookings (order_id, amount) VALUES ($1, $2)', [orderId, amount]);
  }
}

@Handler()
class Checkout {
  constructor(
    private readonly stock: Stock,
    private readonly ledger: Ledger,
  ) {}

  async handle(order: Order) {
    const [price] = await Promise.all([this.stock.price(order.sku), this.stock.reserve(order)]);
    const amount = price * order.quantity;
    await this.ledger.book(order.id, amount);
    return { order: order.id, amount };
  }
}

export const { handler, initialize, preStop } = createHandler(Checkout, { instrumentations: ['mysql2', 'pg'] });
