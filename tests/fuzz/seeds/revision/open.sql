-- modelc:revision d3
-- modelc:upgrade
select 'never closed