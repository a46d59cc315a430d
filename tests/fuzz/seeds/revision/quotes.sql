-- modelc:revision ok1
-- modelc:upgrade
select e'a\''b' -- x
  'c\';';
/* ; /* ; */ */ select $1, $a$$a$, a$b$c$ from "x;y";;; ;
-- modelc:downgrade
select 1 /* tail */ ;