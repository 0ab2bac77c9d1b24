// What pages with a chart load: it draws the chart, and keeps today's number up to date.
import { askApi } from "./ask-api.js";
import { drawChart } from "./draw-chart.js";

const LIVE_MS = 5_000;
const NUMBER = new Intl.NumberFormat("en");

const charts = [...document.querySelectorAll("[data-chart]")].map(drawChart);
const today = document.getElementById("today");
if (today) setInterval(() => document.visibilityState === "visible" && refreshToday(), LIVE_MS);

async function refreshToday() {
  const { day } = document.querySelector("[data-day]").dataset;
  const answer = await askApi(`timeseries?from=${day}&to=${day}`);
  if (!answer) return;
  const [{ counter }] = answer.points;
  today.textContent = NUMBER.format(counter);
  document.querySelector("[data-day] td").textContent = NUMBER.format(counter);
  const [chart] = charts;
  chart.data[1][chart.data[1].length - 1] = counter;
  chart.setData(chart.data);
}
