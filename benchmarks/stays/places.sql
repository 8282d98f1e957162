-- Places in 300 cities, of which a few are large, with some four years of stays: about a hundred nights
-- each. :n is how many places. Every number comes from a hash, so each run makes the same rows.
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem='256MB'; SET maintenance_work_mem='1GB';
INSERT INTO accounts_user (id,password,is_superuser,username,is_staff,is_active,date_joined,first_name,last_name,email,phone_number,role,hides_presence,created_at)
SELECT md5('host'||i)::uuid,'',false,'host'||i,false,true,now(),'Host','Example','host'||i||'@example.com','','host',false,now() FROM generate_series(1,1000) i;
CREATE FUNCTION pg_temp.h(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT hashint8extended(a, b) & 9007199254740991 $$;
CREATE FUNCTION pg_temp.u(a bigint, b bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (hashint8extended(a, b) & 1048575) / 1048576.0 $$;
CREATE FUNCTION pg_temp.spread(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
 SELECT e FROM (SELECT ((d | (d<<2)) & x'3333333333333333'::bigint) AS ee FROM (SELECT ((c | (c<<4)) & x'0f0f0f0f0f0f0f0f'::bigint) AS d FROM (SELECT ((b | (b<<8)) & x'00ff00ff00ff00ff'::bigint) AS c FROM (SELECT ((n | (n<<16)) & x'0000ffff0000ffff'::bigint) AS b) q1) q2) q3) q4, LATERAL (SELECT ((ee | (ee<<1)) & x'5555555555555555'::bigint) AS e) q5 $$;
CREATE TEMP TABLE city AS SELECT r, -38 + 96*pg_temp.u(r,1) lat, -179+358*pg_temp.u(r,2) lon,
  sum(power(r,-0.8)) OVER (ORDER BY r) / sum(power(r,-0.8)) OVER () AS upto, coalesce(sum(power(r,-0.8)) OVER (ORDER BY r ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),0)/ sum(power(r,-0.8)) OVER () AS lo FROM generate_series(1,300) r;
CREATE INDEX ON city (upto); ANALYZE city;
CREATE TEMP TABLE zone AS SELECT * FROM unnest(ARRAY['Pacific/Honolulu','America/Los_Angeles','America/Chicago','America/Sao_Paulo','Atlantic/Azores','Europe/Lisbon','Europe/Berlin','Africa/Nairobi','Asia/Kolkata','Asia/Shanghai','Asia/Tokyo','Pacific/Auckland']) WITH ORDINALITY z(name, n);
INSERT INTO stays_property
  (host_id,status,name,description,house_rules,
   room_type,street,neighbourhood,city,region,country,latitude,longitude,cell,
   time_zone,check_in_time,check_out_time,capacity,price,weekend_price,cleaning_fee,
   weekly_discount,monthly_discount,tax,minimum_nights,maximum_nights,lead_days,buffer_nights,is_instant,
   cancellation_policy,source,created_at,last_update,stars,ratings_count)
SELECT md5('host'||(1+i%1000))::uuid,
  CASE WHEN i%20=0 THEN 'draft' ELSE 'published' END, 'House '||i, 'Quiet house with a garden, number '||i, 'No parties',
  (ARRAY['entire_home','private_room','shared_room','hotel_room'])[1+(pg_temp.h(i,3)%10 > 5)::int + (pg_temp.h(i,3)%10 > 8)::int],
  'Street '||i, 'Quarter '||(pg_temp.h(i,5)%9), 'City '||r, '', 'US', la, lo,
 pg_temp.spread(((lo+180)/360*16777216)::bigint) << 1 | pg_temp.spread(((la+90)/180*16777216)::bigint),

  (SELECT name FROM zone WHERE n = 1+floor((lo+180)/30.0001)::int), '15:00','11:00',
  1+pg_temp.h(i,6)%8, (2000+exp(2+4*pg_temp.u(i,7))*100)::bigint, CASE WHEN i%3=0 THEN (3000+exp(2+4*pg_temp.u(i,7))*100)::bigint END,
  (i%5)*1000, (i%4)*500, (i%4)*1000, (i%3)*500, 1+pg_temp.h(i,8)%3, 365, (CASE WHEN i%10=0 THEN 3 ELSE 0 END), (CASE WHEN i%5=0 THEN 1 ELSE 0 END), i%2=0,
  'moderate', NULL, now(), now(), greatest(5*(i%7)-(i%5),0), (i%7)
FROM (SELECT i, c.r, c.lat + 0.06*(pg_temp.u(i,10)+pg_temp.u(i,11)+pg_temp.u(i,12)-1.5)*2 AS la, c.lon + 0.08*(pg_temp.u(i,13)+pg_temp.u(i,14)+pg_temp.u(i,15)-1.5)*2 AS lo
  FROM generate_series(1,:n) i, LATERAL (SELECT * FROM city WHERE upto > pg_temp.u(i,9) ORDER BY upto LIMIT 1) c) q ORDER BY i;
INSERT INTO stays_property_amenities (property_id, amenity_id) SELECT p.id, a.slug FROM stays_property p JOIN (SELECT slug, row_number() OVER (ORDER BY slug) n FROM stays_amenity) a ON pg_temp.u(p.id, 100+n) < 1.0/(1+n%7);
INSERT INTO accounts_user (id,password,is_superuser,username,is_staff,is_active,date_joined,first_name,last_name,email,phone_number,role,hides_presence,created_at)
SELECT md5('guest'||i)::uuid,'',false,'guest'||i,false,true,now(),'Guest','Example','guest'||i||'@example.com','','guest',false,now() FROM generate_series(1,1000) i;
INSERT INTO stays_booking (property_id,user_id,status,start_date,end_date,starts_at,ends_at,buffer_nights,guests,total,currency,terms,created_at,accepted_at,confirmed_at)
SELECT p, md5('guest'||(1+pg_temp.h(p,k+40)%1000))::uuid,'confirmed', s, s+len, s+time '15:00', s+len+time '11:00', 0,1,10000,'USD','{"name":"moderate","steps":[[120,100],[0,50]]}',now(),now(),now()
FROM (SELECT p.id p, k, CURRENT_DATE + (8*k + 0.825*k*k + pg_temp.u(p.id,k+60)*(3+1.65*k))::int AS s, (2 + pg_temp.h(p.id,k+80)%5)::int AS len FROM stays_property p, generate_series(0,24) k) q ORDER BY p,k;
INSERT INTO stays_night (property_id, night, booking_id, is_buffer)
SELECT property_id, start_date + d, id, false FROM stays_booking b, LATERAL generate_series(0, end_date-start_date-1) d ON CONFLICT DO NOTHING;
VACUUM (ANALYZE) stays_property; VACUUM (ANALYZE) stays_night; VACUUM (ANALYZE) stays_booking; VACUUM (ANALYZE) stays_property_amenities;
