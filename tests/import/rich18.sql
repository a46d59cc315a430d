-- What PostgreSQL 18 has and older ones do not; loaded beside rich.sql.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
CREATE SCHEMA newest;
SET search_path = newest, public;
SET client_min_messages = warning;
create table r (id int, at daterange, primary key (id, at without overlaps), x int constraint xx not null, y int not null, z int constraint "Zz" not null no inherit);
comment on constraint xx on r is 'why';
comment on constraint r_y_not_null on r is 'y why';
alter table r add w int; alter table r add constraint w_later not null w not valid;
create table f (id int, at daterange, v int generated always as (id * 2) virtual, foreign key (id, period at) references r (id, period at), unique (v2, at without overlaps), v2 int,
  constraint pos check (id > 0) not enforced, rid int);
create table g (id int primary key);
create table h (gid int references g not enforced, g2 int, constraint nv foreign key (g2) references g not valid);
create domain d as text constraint dd not null;
create domain e as text not null;
create table old (a int not null); alter table old rename to new;
create table p (a int not null, b int not null) partition by range (a);
create table p1 partition of p for values from (1) to (2);
create table p2 (a int not null, b int not null); alter table p attach partition p2 for values from (3) to (5);
create table i1 (a int not null, b int); create table i2 (b int not null) inherits (i1); create table i3 (a int not null, c int) inherits (i1);
