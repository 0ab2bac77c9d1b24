import uPlot from "uplot";
import { markAnnotations, readAnnotations } from "./draw-annotations.js";

const NUMBER = new Intl.NumberFormat("en");

/** Draws the table below the plot as a chart, and returns it. */
export function drawChart(plot) {
  const table = plot.closest("figure").querySelector("table");
  const rows = [...table.querySelectorAll("tbody tr")].toReversed();
  const names = [...table.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent);
  const data = [
    rows.map((row) => Date.parse(row.dataset.day) / 1000),
    ...names.map((_, index) => rows.map((row) => Number(row.cells[index + 1].textContent.replace(/\D/g, "")))),
  ];
  const annotations = readAnnotations(plot.closest("figure"));
  const style = getComputedStyle(plot);
  const color = (name) => style.getPropertyValue(name);
  const axis = {
    stroke: color("--quiet"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
  const size = () => ({ width: plot.clientWidth, height: plot.clientHeight });
  const isBars = names.length === 1 && rows.length <= 100;
  plot.replaceChildren();
  const chart = new uPlot(
    {
      ...size(),
      padding: [8, 8, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      cursor: { y: false, points: { size: 7 } },
      // Half a day of room at both ends, because a bar stands in the middle of its day.
      scales: {
        x: { range: (_, min, max) => [min - 43_200, max + 43_200] },
        y: { range: (_, __, max) => [0, Math.max(4, max * 1.08)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          space: 72,
          values: [
            [86400 * 300, "{YYYY}"],
            // The year in full: "Nov 26" would be a day.
            [86400 * 28, "{MMM} {YYYY}"],
            [86400, "{MMM} {D}"],
          ].map(([step, text]) => [step, text, null, null, null, null, null, null, 1]),
        },
        {
          ...axis,
          size: widthOf,
          values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? NUMBER.format(tick) : "")),
        },
      ],
      series: [
        {},
        ...names.map((label, index) => ({
          label,
          stroke: color(`--series-${index + 1}`),
          fill: isBars ? color("--series-fill") : undefined,
          width: isBars ? 1 : 2,
          paths: isBars ? uPlot.paths.bars({ size: [0.7, 48], radius: 0.15 }) : undefined,
          points: { show: false },
        })),
      ],
      plugins: [markAnnotations([...annotations.keys()], color("--quiet")), tooltip(rows, names, annotations)],
    },
    data,
    plot,
  );
  new ResizeObserver(() => chart.setSize(size())).observe(plot);
  return chart;
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
function tooltip(rows, names, annotations) {
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
            `${row.dataset.day}${row.querySelector(".open") ? ", still counting" : ""}`,
            ...names.map((name, index) => `${name}: ${NUMBER.format(chart.data[index + 1][idx])}`),
            ...(annotations.get(row.dataset.day) ?? []),
          ].map((text) => Object.assign(document.createElement("p"), { textContent: text })),
        );
        const isRight = left > chart.over.clientWidth / 2;
        tip.style.translate = `${isRight ? left - tip.offsetWidth - 12 : left + 12}px 8px`;
      },
    },
  };
}
