"""From the raw tables to records, and from records to features, as expressions that every engine runs.

A record holds what is known before departure and nothing else: the schedule, the weather observed at the origin for
the scheduled hour, the plane that is to fly. What happens later (departure and arrival times, delays, time in the
air) is read for the label only.
"""

import math
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines_src.steps.engines.functions import joined_text, local_time

LATE_MINUTES = 15
ORIGIN_ZONE = "America/New_York"  # EWR, JFK and LGA
_DAY = 24 * 60  # minutes


def records(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Return one flat record per flight, with what happened beside it: `arrived_late`, `excluded`, `record_id`."""
    flights, zones = tables["flights"], _zones(tables["airports"])
    joined = (
        flights.left_join(_hours(flights, tables["weather"]), ["origin", "time_hour"], rname="hour_{name}")
        .left_join(zones, "dest", rname="zone_{name}")
        .left_join(_clocks(flights, zones), ["time_hour", "zone"], rname="clock_{name}")
        .left_join(_planes(tables["planes"]), "tailnum", rname="plane_{name}")
    )
    leaves = joined.hour * 60 + joined.minute
    arrives = joined.sched_arr_time // 100 * 60 + joined.sched_arr_time % 100
    minutes = arrives - leaves - joined["shift"]
    return joined.mutate(
        scheduled_departure=ibis.timestamp(joined.year, joined.month, joined.day, joined.hour, joined.minute, 0),
        scheduled_minutes=(minutes % _DAY + _DAY) % _DAY,
        arrived_late=(joined.arr_delay > LATE_MINUTES).cast("int8"),
        excluded=ibis.cases(
            (joined.dep_time.isnull(), "cancelled"), (joined.arr_delay.isnull(), "no arrival recorded (diverted)")
        ),
        record_id=joined_text("-", joined.leaving_on, joined.carrier + joined.flight.cast("string"), joined.origin),
    )


def features(record: ir.Table) -> dict[str, Any]:
    """Return what the model sees, each from one record alone."""
    departure = record.scheduled_departure
    wind = record.wind_dir * (math.pi / 180)
    return {
        "carrier": record.carrier,
        "origin": record.origin,
        "dest": record.dest,
        "plane_maker": record.plane_maker.split(" ")[0],  # AIRBUS, AIRBUS INDUSTRIE -> AIRBUS
        "scheduled_hour": departure.hour(),
        "scheduled_minute_of_day": departure.hour() * 60 + departure.minute(),
        "weekday": departure.day_of_week.index(),
        "departures_in_hour": record.departures_in_hour,
        "distance": record.distance,
        "scheduled_minutes": record.scheduled_minutes,
        "scheduled_mph": record.distance / (record.scheduled_minutes / 60),
        "humid": record.humid,
        "wind_from_north": (record.wind_speed * wind.cos()).round(6),  # an east wind has 0, not 1e-16
        "wind_from_east": (record.wind_speed * wind.sin()).round(6),
        "wind_speed": record.wind_speed,
        "precip": record.precip,
        "visib": record.visib,
        "plane_age": departure.year() - record.plane_year,
        "plane_seats": record.plane_seats,
    }


def _hours(flights: ir.Table, weather: ir.Table) -> ir.Table:
    """Return each airport's hours: the day as text, how many flights leave, and the weather.

    time_hour is UTC in both tables; joining on the local hour would mix two hours when clocks are put back.
    """
    observed = weather.group_by("origin", "time_hour").agg(
        **{name: weather[name].max() for name in ("humid", "wind_dir", "wind_speed", "precip", "visib")}
    )
    leaving = flights.group_by("origin", "time_hour").agg(
        departures_in_hour=_.count(), year=_.year.max(), month=_.month.max(), day=_.day.max()
    )
    # An hour is of one day, and there are few hours: to write a day for each flight would take ten times as long.
    leaving = leaving.mutate(leaving_on=ibis.date(leaving.year, leaving.month, leaving.day).cast("string"))
    leaving = leaving.drop("year", "month", "day")
    joined = leaving.left_join(observed, ["origin", "time_hour"], rname="weather_{name}")
    return joined.drop("weather_origin", "weather_time_hour")


def _zones(airports: ir.Table) -> ir.Table:
    return airports.group_by(dest=airports.faa).agg(zone=airports.tzone.max())


def _clocks(flights: ir.Table, zones: ir.Table) -> ir.Table:
    """Return by how many minutes the clock of a zone is ahead, daylight saving included (Arizona has none)."""
    hours = flights.select("time_hour", "dest").distinct().inner_join(zones, "dest").select("time_hour", "zone")
    hours = hours.distinct().mutate(utc=_.time_hour.replace("Z", "").cast("timestamp"))
    ahead = local_time(hours.utc, hours.zone).epoch_seconds() - local_time(hours.utc, ORIGIN_ZONE).epoch_seconds()
    return hours.select("time_hour", "zone", shift=ahead // 60)


def _planes(planes: ir.Table) -> ir.Table:
    return planes.group_by("tailnum").agg(
        plane_year=planes.year.max(), plane_seats=planes.seats.max(), plane_maker=planes.manufacturer.max()
    )
