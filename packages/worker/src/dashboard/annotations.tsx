import type { Context } from "hono";
import { readConfig } from "../config/config.ts";
import { deleteAnnotation, listAnnotations, type StoredAnnotation } from "../d1/annotations.ts";
import type { AppEnv } from "../http/context.ts";
import { parseParameters, readForm, whole } from "../http/parameters.ts";
import { storeAnnotation } from "../http/read-annotation.ts";
import { linkTo } from "./parts/links.ts";
import { RowButton } from "./parts/row-button.tsx";
import { SiteField } from "./parts/site-field.tsx";

/** `GET /dashboard/annotations`: what charts show beside counts, to add to and to delete from. */
export async function showAnnotations(c: Context<AppEnv>): Promise<Response> {
  const { calendar } = readConfig(c.env);
  const annotations = await listAnnotations(c.env.DB, { from: "0000-01-01", to: "9999-12-31" });
  return c.render(
    <>
      <div class="heading">
        <h1>Annotations</h1>
      </div>
      <p class="summary">Charts show what happened on a day, such as a deployment or a campaign.</p>
      <form class="filter" method="post">
        <label>
          Day <input type="date" name="day" value={calendar.dayOf(Date.now())} required />
        </label>
        <label class="wide">
          What happened <input name="text" required maxlength={250} autocomplete="off" />
        </label>
        <SiteField c={c} />
        <button class="primary">Add</button>
      </form>
      <AnnotationTable annotations={annotations} />
      <p class="more">
        A deploy script can leave one: <code>POST /api/annotations</code> with <code>{`{"text":"Version 1.4"}`}</code>.
      </p>
    </>,
    { title: "Annotations" },
  );
}

/** `POST /dashboard/annotations`: adds the one of the form, or deletes the one that `delete` names. */
export async function submitAnnotation(c: Context<AppEnv>): Promise<Response> {
  const { delete: id, ...fields } = await readForm(c);
  if (id === undefined) await storeAnnotation(c, fields);
  else await deleteAnnotation(c.env.DB, parseParameters(whole(1, Number.MAX_SAFE_INTEGER, "id"), id));
  return c.redirect(linkTo(c, "annotations"), 303);
}

function AnnotationTable({ annotations }: { annotations: readonly StoredAnnotation[] }) {
  if (annotations.length === 0) return <p class="nothing">There are none yet.</p>;
  const hasSites = annotations.some(({ site }) => site);
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Annotations">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">What happened</th>
            {hasSites && <th scope="col">Site</th>}
            <th scope="col">
              <span class="unseen">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {annotations.map(({ id, day, text, site }) => (
            <tr>
              <th scope="row">{day}</th>
              <td>{text}</td>
              {hasSites && <td>{site || "all"}</td>}
              <td>
                <RowButton name="delete" value={String(id)} text="Delete" label={`Delete: ${text}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
