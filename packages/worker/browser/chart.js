// What pages with a chart load: it draws the chart, and keeps today's number up to date.
import { askApi } from "./ask-api.js";
import { drawChart } from "./draw-chart.js";

const LIVE_MS = 5_000;
const NUMBER = new Intl.NumberFormat("en");

const charts = [...document.querySelectorAll("[data-chart]")].map(drawChart);
const today = document.getElementById("today");
if (today) setInterval(() => document.visibilityState === "visible" && refreshToday(today.dataset.today), LIVE_MS);

async function refreshToday(day) {
  const answer = await askApi(`timeseries?from=${day}&to=${day}`);
  if (!answer) return;
  const [{ counter }] = answer.points;
  today.textContent = NUMBER.format(counter);
  // The chart's last point, where it is today.
  const row = document.querySelector(`tr[data-day="${day}"]`);
  const [chart] = charts;
  if (!row || !chart) return;
  const cell = row.cells[row.cells.length - 1];
  cell.textContent = NUMBER.format(counter);
  cell.dataset.value = counter;
  const values = chart.data.at(-1);
  values[values.length - 1] = counter;
  chart.setData(chart.data);
}
