// Says whether a location is open at this moment, by the clock of the practice.
{
  const DAY = 24 * 60;
  const WEEK = 7;

  const clockIn = (zone) => {
    const format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    });
    const part = Object.fromEntries(format.formatToParts(new Date()).map(({ type, value }) => [type, value]));
    return {
      midnight: Date.UTC(part.year, part.month - 1, part.day),
      minute: 60 * part.hour + Number(part.minute),
    };
  };

  // The periods of the days from yesterday on, in minutes from the midnight before now.
  const periodsOf = ({ week, days }, midnight) => {
    const found = [];
    for (let day = -1; day <= WEEK; day += 1) {
      const date = new Date(midnight + day * DAY * 60_000);
      const written = date.toISOString().slice(0, 10);
      const other = days.find(([first, last]) => first <= written && written <= last);
      for (const [opens, closes, from, to] of other ? other[2] : week[(date.getUTCDay() + 6) % WEEK]) {
        found.push({ opens: opens + day * DAY, closes: closes + day * DAY, from, to, day, date });
      }
    }
    return found.sort((one, other) => one.opens - other.opens);
  };

  const nameOf = ({ day, date }, language) =>
    day < 2
      ? new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(day, "day")
      : new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(date);

  const say = (place) => {
    const { zone, schedule, open, openUntil, closed, closedUntil } = place.dataset;
    const { midnight, minute } = clockIn(zone);
    const periods = periodsOf(JSON.parse(schedule), midnight);
    let now = periods.find(({ opens, closes }) => opens <= minute && minute < closes);
    const next = periods.find(({ opens }) => opens > minute);
    for (let more = now; more; more = periods.find(({ opens }) => opens === now.closes)) now = more;
    if (now) {
      const long = now.closes - minute >= DAY || !now.to;
      place.textContent = long ? open : openUntil.replace("{time}", now.to);
    } else {
      const text = next && next.from ? closedUntil : closed;
      const day = next && nameOf(next, document.documentElement.lang);
      place.textContent = text.replace("{day}", day).replace("{time}", next?.from);
    }
    place.hidden = false;
  };

  const places = document.querySelectorAll("[data-schedule]");
  const sayAll = () => places.forEach(say);
  sayAll();
  if (places.length) setInterval(sayAll, 60_000);
}
