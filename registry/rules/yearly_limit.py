"""The rolling year of 同一主体一年内被抽中不超过 2 次 (A48); number and kind of year are the bureau's settings."""

from datetime import date


def year_before(day: date) -> date:
    """The same day a year earlier; of 29 February the 28th. A rolling year (A48) begins the day after."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return date(day.year - 1, 2, 28)
