import type { StoredAnnotation } from "../../d1/annotations.ts";

/** What happened on a chart's days. The page's script marks these days in the chart. */
export function AnnotationList({ annotations }: { annotations: readonly StoredAnnotation[] }) {
  if (annotations.length === 0) return null;
  return (
    <ul class="annotations" aria-label="What happened on these days">
      {annotations.map(({ day, text, site }) => (
        <li data-annotated={day}>
          <time datetime={day}>{day}</time> <span>{text}</span> {site && <small>{site}</small>}
        </li>
      ))}
    </ul>
  );
}
