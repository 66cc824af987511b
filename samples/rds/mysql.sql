CREATE TABLE stock (sku VARCHAR(40) PRIMARY KEY, price INT NOT NULL, quantity INT NOT NULL, CONSTRAINT enough_in_stock CHECK (quantity >= 0));
CREATE TABLE orders (id VARCHAR(40) PRIMARY KEY, sku VARCHAR(40) NOT NULL, quantity INT NOT NULL);
INSERT INTO stock VALUES ('teapot', 19, 10);
