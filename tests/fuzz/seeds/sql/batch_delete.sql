DELETE FROM s.t AS d USING x, y WHERE x.id = d.id -- why
 RETURNING d.id