/** Marks annotated days: a line for each in the chart, and their texts in the tooltip. */

/** The texts of each annotated point of a chart's figure, by the point's first day. */
export function readAnnotations(figure, rows) {
  const texts = new Map();
  for (const item of figure.querySelectorAll("[data-annotated]")) {
    const row = rows.find(
      ({ dataset }) => dataset.day <= item.dataset.annotated && item.dataset.annotated <= dataset.to,
    );
    if (!row) continue;
    const { day } = row.dataset;
    texts.set(day, [...(texts.get(day) ?? []), item.querySelector("span").textContent]);
  }
  return texts;
}

/** Draws the lines, below the bars. */
export function markAnnotations(days, color) {
  const seconds = days.map((day) => Date.parse(day) / 1000);
  return {
    hooks: {
      drawClear({ ctx, bbox, scales, valToPos }) {
        ctx.save();
        ctx.strokeStyle = color;
        ctx.lineWidth = devicePixelRatio;
        ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
        ctx.beginPath();
        for (const at of seconds.filter((at) => at >= scales.x.min && at <= scales.x.max)) {
          const x = Math.round(valToPos(at, "x", true));
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
        }
        ctx.stroke();
        ctx.restore();
      },
    },
  };
}
