import type { Context } from "hono";
import type { AppEnv } from "../http/context.ts";
import { readForm, type ParameterError } from "../http/parameters.ts";
import { hrefOf } from "./parts/format.ts";
import { dashboardUrl } from "./parts/links.ts";

/** Fields that people fill in, as the pages name them. */
const FIELDS: Record<string, { name: string; type: string }> = {
  from: { name: "From", type: "date" },
  to: { name: "To", type: "date" },
  site: { name: "Site", type: "text" },
  label: { name: "Label", type: "text" },
  url: { name: "Page", type: "text" },
  file: { name: "CSV file", type: "file" },
};

/** A page for an address that is wrong in one parameter: that field to put right, with what is wrong beside it. */
export async function showWrongField(c: Context<AppEnv>, { parameter, problem }: ParameterError): Promise<Response> {
  const field = FIELDS[parameter];
  const isUpload = field?.type === "file";
  const isPosted = isUpload || parameter === "url";
  const asked: Record<string, string> = isPosted ? await readForm(c).catch(() => ({})) : c.req.query();
  const { [parameter]: given, ...others } = asked;
  c.status(400);
  return c.render(
    <section class="ask">
      <h1>{field ? `“${field.name}” is not right` : "Part of this address is not right"}</h1>
      {field && (c.req.method === "GET" || isPosted) ? (
        <form class="actions" method={isPosted ? "post" : "get"} enctype={isUpload ? "multipart/form-data" : undefined}>
          {Object.entries(others).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <label>
            {field.name}{" "}
            <input
              type={field.type}
              name={parameter}
              value={field.type === "file" ? undefined : given}
              aria-invalid="true"
              aria-describedby="problem"
              required={parameter !== "site"}
              autofocus
            />
          </label>
          <span id="problem" role="alert" class="wrong">
            {problem}
          </span>
          <button class="primary">Continue</button>
        </form>
      ) : (
        <p role="alert">
          <code>{parameter}</code>: {problem}
        </p>
      )}
      {c.req.method === "GET" && given !== undefined && (
        <p class="actions">
          <a class="button" href={hrefOf("", others)}>
            Go on without it
          </a>
          <a class="button" href={dashboardUrl(c)}>
            Overview
          </a>
        </p>
      )}
    </section>,
    { title: "Not understood" },
  );
}
