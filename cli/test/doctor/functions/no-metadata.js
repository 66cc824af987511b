const { createHandler } = require('fc-traced');
class Stock {}
class Main {
  constructor(stock) {
    this.stock = stock;
  }
  handle() {}
}
void Stock;
module.exports = createHandler(Main);
