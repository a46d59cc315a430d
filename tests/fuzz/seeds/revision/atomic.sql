-- modelc:revision c2
-- modelc:upgrade
create or replace procedure q() begin atomic select begin.atomic; case when a then case b end end; end as "end"; select 1;
-- modelc:downgrade
