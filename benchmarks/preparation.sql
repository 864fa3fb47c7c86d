-- What preparing the flights comes to in DuckDB: small tables once per hour, then one stream through three joins.
CREATE TABLE hours AS
    SELECT * FROM (SELECT origin, time_hour, count(*)::DOUBLE AS departures_in_hour FROM distinct_flights GROUP BY ALL)
    LEFT JOIN weather USING (origin, time_hour);
CREATE TABLE clocks AS
    SELECT time_hour, dest,
        (epoch(timezone(tzone, utc)) - epoch(timezone('America/New_York', utc))) / 60 AS shift
    FROM (SELECT DISTINCT time_hour, dest, time_hour::TIMESTAMPTZ AS utc FROM distinct_flights)
    LEFT JOIN airports ON dest = faa;
CREATE VIEW records AS
    SELECT carrier, origin, dest, distance::DOUBLE AS distance,
        make_timestamp(f.year, f.month, f.day, f.hour, f.minute, 0) AS scheduled_departure,
        ((((sched_arr_time // 100) * 60 + sched_arr_time % 100 - (f.hour * 60 + f.minute) - shift) % 1440) + 1440) % 1440
            AS scheduled_minutes,
        departures_in_hour, humid, wind_dir, wind_speed, precip, visib,
        planes.year AS plane_year, seats::DOUBLE AS plane_seats, manufacturer AS plane_maker,
        (arr_delay > 15)::TINYINT AS arrived_late,
        CASE WHEN dep_time IS NULL THEN 'cancelled'
            WHEN arr_delay IS NULL THEN 'no arrival recorded (diverted)' END AS excluded,
        concat_ws('-', make_date(f.year, f.month, f.day)::VARCHAR, carrier || flight::VARCHAR, origin) AS record_id
    FROM distinct_flights f
    LEFT JOIN hours USING (origin, time_hour)
    LEFT JOIN clocks USING (time_hour, dest)
    LEFT JOIN planes USING (tailnum);
CREATE VIEW prepared AS
    SELECT record_id, arrived_late, excluded, scheduled_departure AS time,
        CASE WHEN time < TIMESTAMP '2013-04-01' THEN 'train' WHEN time < TIMESTAMP '2013-05-01' THEN 'validation'
            WHEN time < TIMESTAMP '2013-06-01' THEN 'test' ELSE 'serving' END AS split,
        carrier, origin, dest, split_part(plane_maker, ' ', 1) AS plane_maker,
        hour(time) AS scheduled_hour, hour(time) * 60 + minute(time) AS scheduled_minute_of_day,
        (dayofweek(time) + 6) % 7 AS weekday, departures_in_hour, distance, scheduled_minutes,
        distance / (scheduled_minutes / 60) AS scheduled_mph, humid,
        round(wind_speed * cos(radians(wind_dir)), 6) AS wind_from_north,
        round(wind_speed * sin(radians(wind_dir)), 6) AS wind_from_east,
        wind_speed, precip, visib, year(time) - plane_year AS plane_age, plane_seats
    FROM records;
