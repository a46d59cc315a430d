ALTER TABLE public.order_lines RENAME COLUMN qty TO quantity;

ALTER TABLE public.order_lines RENAME CONSTRAINT ck_order_lines_qty TO ck_order_lines_quantity;
--------
ALTER TABLE public.order_lines RENAME COLUMN quantity TO qty;

ALTER TABLE public.order_lines RENAME CONSTRAINT ck_order_lines_quantity TO ck_order_lines_qty;
