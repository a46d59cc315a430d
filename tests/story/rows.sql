insert into users (id, email, name, role) values
    ('00000000-0000-0000-0000-000000000001', 'ada@example.org', 'Ada', 'admin'),
    ('00000000-0000-0000-0000-000000000002', 'bob@example.org', 'Bob', 'editor');
insert into system_settings (key, value) values
    ('gltf_production_quality', '"high"'), ('gltf_production_samples', '128'), ('theme', '"dark"');
insert into products (id, sku, name, price) values
    ('00000000-0000-0000-0000-00000000000a', 'CHAIR-1', 'Chair', 99.50),
    ('00000000-0000-0000-0000-00000000000b', 'TABLE-1', 'Table', 250);
insert into cad_files (product_id, path, size_bytes) values ('00000000-0000-0000-0000-00000000000a', '/cad/chair.step', 1234);
insert into media_assets (kind, uri) values ('image', 's3://chair.png'), ('video', 's3://chair.mp4');
insert into orders (owner_id, status) values ('00000000-0000-0000-0000-000000000002', 'paid');
insert into order_lines (order_id, product_id, qty) values (1, '00000000-0000-0000-0000-00000000000a', 3);
