import uPlot from "uplot";
import { markAnnotations, readAnnotations } from "./draw-annotations.js";

const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const MONTH = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" });
const HOUR = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
/** Room for a name below the chart, in pixels. */
const NAME_WIDTH = 72;
const DAY_SECONDS = 86_400;
/** More bars than these are too thin to see. */
const BARS_MAX = 100;

/** Draws the table below the plot as a chart, and returns it. */
export function drawChart(plot) {
  const table = plot.closest("figure").querySelector("table");
  const rows = [...table.querySelectorAll("tbody tr")].toReversed();
  const columns = [...table.querySelectorAll("thead th")].slice(1);
  const times = rows.map((row) => Date.parse(row.dataset.day) / 1000);
  const data = [times, ...columns.map((_, index) => rows.map((row) => valueOf(row.cells[index + 1])))];
  const annotations = readAnnotations(plot.closest("figure"), rows);
  const style = getComputedStyle(plot);
  const color = (name) => style.getPropertyValue(name);
  const axis = {
    stroke: color("--quiet"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
  const size = () => ({ width: plot.clientWidth, height: plot.clientHeight });
  const main = columns.filter((column) => column.dataset.kind !== "before");
  const isBars = main.length === 1 && rows.length <= BARS_MAX;
  // A bar stands in the middle of its day, so that half a day of room is at both ends.
  const room = (times.length > 1 ? times[1] - times[0] : DAY_SECONDS) / 2;
  plot.replaceChildren();
  const chart = new uPlot(
    {
      ...size(),
      padding: [8, 8, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      cursor: { y: false, points: { size: 7 } },
      scales: {
        x: { range: (_, min, max) => [min - room, max + room] },
        y: { range: (_, __, max) => [0, Math.max(4, max * 1.08)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 40,
          splits: (chart) => pickTimes(times, chart.bbox.width / devicePixelRatio),
          values: (_, times) => nameTimes(times, room * 2),
        },
        {
          ...axis,
          size: widthOf,
          values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? SHORT.format(tick) : "")),
        },
      ],
      series: [
        {},
        ...columns.map((column) => {
          const isBefore = column.dataset.kind === "before";
          const stroke = color(isBefore ? "--series-before" : `--series-${main.indexOf(column) + 1}`);
          return isBars && !isBefore
            ? {
                stroke,
                fill: color("--series-fill"),
                width: 1,
                paths: uPlot.paths.bars({ size: [0.7, 48], radius: 0.15 }),
                points: { show: false },
              }
            : { stroke, width: 2, points: { show: rows.length === 1 } };
        }),
      ],
      plugins: [markAnnotations([...annotations.keys()], color("--quiet")), tooltip(rows, columns, annotations)],
    },
    data,
    plot,
  );
  new ResizeObserver(() => chart.setSize(size())).observe(plot);
  return chart;
}

/** Times that have a name below the chart: all, or some of them. Of many days, months. */
function pickTimes(times, width) {
  const most = Math.max(2, Math.floor(width / NAME_WIDTH));
  const months = times.filter((time) => new Date(time * 1000).getUTCDate() === 1);
  const isLong = times.at(-1) - times[0] > 100 * DAY_SECONDS && times[1] - times[0] <= DAY_SECONDS;
  const named = isLong ? months : times;
  const step = Math.ceil(named.length / most);
  return named.filter((_, index) => index % step === 0);
}

/** `Nov 17`, `09:00`, or where times are a month apart `Nov`, the first of a year with the year below. */
function nameTimes(times, step) {
  const apart = times.length > 1 ? times[1] - times[0] : step;
  if (step < DAY_SECONDS) return times.map((time) => HOUR.format(time * 1000));
  if (apart < 28 * DAY_SECONDS) return times.map((time) => DAY.format(time * 1000));
  const years = times.map((time) => new Date(time * 1000).getUTCFullYear());
  return times.map(
    (time, index) => MONTH.format(time * 1000) + (years[index] === years[index - 1] ? "" : `\n${years[index]}`),
  );
}

/** A cell's number; nothing where it has none. */
function valueOf({ dataset: { value } }) {
  return value === "" ? null : Number(value);
}

/** How wide an axis must be for its longest number, in pixels. */
function widthOf(chart, texts) {
  chart.ctx.save();
  chart.ctx.font = chart.axes[1].font[0];
  const widest = Math.max(0, ...(texts ?? []).map((text) => chart.ctx.measureText(text).width));
  chart.ctx.restore();
  return Math.ceil(widest / devicePixelRatio) + 12;
}

/** Shows the counts of the day under the pointer. */
function tooltip(rows, columns, annotations) {
  const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
  return {
    hooks: {
      init: (chart) => chart.over.append(tip),
      setCursor(chart) {
        const { idx, left } = chart.cursor;
        tip.hidden = idx == null;
        if (tip.hidden) return;
        const row = rows[idx];
        tip.replaceChildren(
          ...[
            row.cells[0].textContent.trim(),
            ...columns.map((column, index) => describe(column, row.cells[index + 1])),
            ...(annotations.get(row.dataset.day) ?? []),
          ].map((text) => Object.assign(document.createElement("p"), { textContent: text })),
        );
        const isRight = left > chart.over.clientWidth / 2;
        tip.style.translate = `${isRight ? left - tip.offsetWidth - 12 : left + 12}px 8px`;
      },
    },
  };
}

/** `Actions: 12`, and of the period before `Nov 10: 9`. */
function describe(column, cell) {
  const text = cell.textContent.trim() || "–";
  return column.dataset.kind === "before" ? text : `${column.textContent.trim()}: ${text}`;
}
