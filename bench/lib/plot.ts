import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { init } from "echarts";

/** Draws lines over a logarithmic plane into docs/images. Returns the Markdown that shows them. */
export function plot(
  file: string,
  title: string,
  axes: { x: string; y: string },
  lines: Record<string, [x: number, y: number][]>,
): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 720, height: 360 });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: { text: title, left: "center", textStyle: { fontSize: 15 } },
    legend: { bottom: 0 },
    grid: { left: 70, right: 40, top: 50, bottom: 70 },
    xAxis: { type: "log", name: axes.x, nameLocation: "middle", nameGap: 26 },
    yAxis: { type: "log", name: axes.y },
    series: Object.entries(lines).map(([name, data]) => ({ type: "line", name, data })),
  });
  writeFileSync(join(import.meta.dirname, "../../docs/images", file), chart.renderToSVGString());
  chart.dispose();
  return `![${title}](images/${file})`;
}
