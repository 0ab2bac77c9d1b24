import { ParameterError } from "../../http/parameters.ts";

const ENDS: readonly [hours: number, name: string][] = [
  [1, "1 hour"],
  [7 * 24, "7 days"],
  [30 * 24, "30 days"],
];

/** After how many hours a share link ends. @throws ParameterError where it is none of those that are offered. */
export function readShareHours(text: string | undefined): number {
  const hours = ENDS.map(([number]) => number).find((number) => String(number) === text);
  if (hours === undefined) throw new ParameterError("hours", `one of ${ENDS.map(([number]) => number).join(", ")}`);
  return hours;
}

/** A form that makes a share link, and nothing else. */
export function ShareForm({ action, fields, of }: { action: string; fields: Record<string, string>; of: string }) {
  return (
    <form method="post" action={action} class="sharing" data-share>
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <ShareChoice of={of} />
    </form>
  );
}

/** The part of a form that makes a share link: how long it works. A script copies it; without one a page shows it. */
export function ShareChoice({ of }: { of: string }) {
  return (
    <details class="share-menu">
      <summary class="button" aria-label={`Share ${of}`}>
        Share
      </summary>
      <div>
        <p>Copy a link that shows this alone, for</p>
        <p class="ends">
          {ENDS.map(([hours, name]) => (
            <button name="hours" value={String(hours)}>
              {name}
            </button>
          ))}
        </p>
        <p role="status" />
      </div>
    </details>
  );
}
