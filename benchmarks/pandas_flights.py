"""The peer: the flights as people commonly prepare them, in pandas; the same records and features as ours.

A record holds what is known before departure and nothing else: the schedule, the weather observed at the origin for
the scheduled hour, the plane that is to fly. What happens later (departure and arrival times, delays, time in the
air) is read for the label only.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

LATE_MINUTES = 15
ORIGIN_ZONE = "America/New_York"  # EWR, JFK and LGA
_WEATHER = ["humid", "wind_dir", "wind_speed", "precip", "visib"]
_PLANE = {"year": "plane_year", "seats": "plane_seats", "manufacturer": "plane_maker"}
_SCHEDULE = ["carrier", "origin", "dest", "distance"]


def records(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one flat record per flight, in order of scheduled departure, with what happened beside it.

    Columns: the fields of `data.record` in use_case.yaml, the label `arrived_late` (1, 0, or missing), `record_id`,
    and `excluded`, why a flight has no label.
    """
    flights = tables["flights"]
    hour = pd.to_datetime(flights["time_hour"], utc=True)
    table = flights[_SCHEDULE].assign(
        scheduled_departure=_local_departure(flights),
        scheduled_minutes=_scheduled_minutes(flights, hour, tables["airports"]),
        departures_in_hour=hour.groupby([flights["origin"], hour]).transform("size").astype("float64"),
        arrived_late=_arrived_late(flights),
        excluded=_excluded(flights),
        record_id=_record_id(flights),
    )
    table = pd.concat([table, _weather(flights, hour, tables["weather"]), _planes(flights, tables["planes"])], axis=1)
    return table.sort_values(["scheduled_departure", "record_id"], ignore_index=True)


def features(records: pd.DataFrame) -> pd.DataFrame:
    """Return what the model sees, row by row: a record's features depend on that record alone."""
    departure = records["scheduled_departure"]
    wind = np.deg2rad(records["wind_dir"])
    return pd.DataFrame(
        {
            "carrier": records["carrier"],
            "origin": records["origin"],
            "dest": records["dest"],
            "plane_maker": records["plane_maker"].str.split().str[0],  # AIRBUS, AIRBUS INDUSTRIE -> AIRBUS
            "scheduled_hour": departure.dt.hour,
            "scheduled_minute_of_day": departure.dt.hour * 60 + departure.dt.minute,
            "weekday": departure.dt.dayofweek,
            "departures_in_hour": records["departures_in_hour"],
            "distance": records["distance"],
            "scheduled_minutes": records["scheduled_minutes"],
            "scheduled_mph": records["distance"] / (records["scheduled_minutes"] / 60),
            "humid": records["humid"],
            "wind_from_north": (records["wind_speed"] * np.cos(wind)).round(6),  # an east wind has 0, not 1e-16
            "wind_from_east": (records["wind_speed"] * np.sin(wind)).round(6),
            "wind_speed": records["wind_speed"],
            "precip": records["precip"],
            "visib": records["visib"],
            "plane_age": departure.dt.year - records["plane_year"],
            "plane_seats": records["plane_seats"],
        },
        index=records.index,
    )


def _local_departure(flights: pd.DataFrame) -> pd.Series:
    day = pd.to_datetime(flights[["year", "month", "day"]])
    return day + pd.to_timedelta(flights["hour"] * 60 + flights["minute"], unit="min")


def _scheduled_minutes(flights: pd.DataFrame, hour: pd.Series, airports: pd.DataFrame) -> pd.Series:
    # Both clocks are local, so the difference of the zones counts, daylight saving included (Arizona has none).
    zones = flights["dest"].map(airports.drop_duplicates("faa").set_index("faa")["tzone"])
    shift = pd.Series(np.nan, index=flights.index)
    origin_clock = hour.dt.tz_convert(ORIGIN_ZONE).dt.tz_localize(None)
    for zone in zones.dropna().unique():
        there = hour[zones == zone].dt.tz_convert(zone).dt.tz_localize(None)
        shift[there.index] = (there - origin_clock[there.index]).dt.total_seconds() / 60
    leaves = flights["hour"] * 60 + flights["minute"]
    arrives = flights["sched_arr_time"] // 100 * 60 + flights["sched_arr_time"] % 100
    return (arrives - leaves - shift) % (24 * 60)


def _weather(flights: pd.DataFrame, hour: pd.Series, weather: pd.DataFrame) -> pd.DataFrame:
    # time_hour is UTC in both tables; joining on the local hour would mix two hours when clocks are put back.
    observed = weather.assign(hour_utc=pd.to_datetime(weather["time_hour"], utc=True))
    observed = observed.drop_duplicates(["origin", "hour_utc"])[["origin", "hour_utc", *_WEATHER]]
    wanted = pd.DataFrame({"origin": flights["origin"], "hour_utc": hour})
    return wanted.merge(observed, on=["origin", "hour_utc"], how="left")[_WEATHER].set_index(flights.index)


def _planes(flights: pd.DataFrame, planes: pd.DataFrame) -> pd.DataFrame:
    known = planes.drop_duplicates("tailnum")[["tailnum", *_PLANE]].rename(columns=_PLANE)
    return flights[["tailnum"]].merge(known, on="tailnum", how="left")[list(_PLANE.values())].set_index(flights.index)


def _arrived_late(flights: pd.DataFrame) -> pd.Series:
    delay = flights["arr_delay"]
    return (delay > LATE_MINUTES).astype("float64").where(delay.notna())


def _excluded(flights: pd.DataFrame) -> pd.Series:
    reason = pd.Series(None, index=flights.index, dtype="object")
    reason[flights["arr_delay"].isna()] = "no arrival recorded (diverted)"
    reason[flights["dep_time"].isna()] = "cancelled"
    return reason


def _record_id(flights: pd.DataFrame) -> pd.Series:
    day = pd.to_datetime(flights[["year", "month", "day"]]).dt.strftime("%Y-%m-%d")
    return day + "-" + flights["carrier"] + flights["flight"].astype("str") + "-" + flights["origin"]
