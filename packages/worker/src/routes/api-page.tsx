import type { Context } from "hono";
import { urlTo } from "../http/base-path.ts";
import type { AppEnv } from "../http/context.ts";
import { mayUse } from "../http/guards/route-access.ts";
import { describeWho, makeDocument, type JsonSchema } from "../http/open-api.ts";
import { OPERATIONS } from "./operations.ts";

/** A part of the OpenAPI document, as this page reads it. */
interface Described {
  summary: string;
  parameters?: { name: string; required: boolean; description?: string; schema: { enum?: string[] } }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content: Record<string, { schema: JsonSchema }> }>;
}

/**
 * `GET /dashboard/api`: the description of the API to read, and its questions to try. What changes something is shown as a command: a form
 * that deletes does not belong beside one that reads.
 */
export function showApi(c: Context<AppEnv>): Response | Promise<Response> {
  const document = makeDocument(OPERATIONS, urlTo(c, "")) as unknown as {
    paths: Record<string, Record<string, Described>>;
  };
  const origin = new URL(c.req.url).origin + urlTo(c, "");
  return c.render(
    <>
      <div class="heading">
        <h1>API</h1>
        <a class="button" href={urlTo(c, "/api/openapi.json")} download>
          OpenAPI document
        </a>
      </div>
      <p class="summary">
        Programs send <code>Authorization: Bearer</code> with a token. Here your session stands for it. What changes
        something is shown as a command only.
      </p>
      {OPERATIONS.map(({ method, path }) => (
        <Operation c={c} origin={origin} method={method} path={path} described={document.paths[path]![method]!} />
      ))}
    </>,
    { title: "API" },
  );
}

interface OperationProps {
  c: Context<AppEnv>;
  origin: string;
  method: string;
  path: string;
  described: Described;
}

function Operation({ c, origin, method, path, described }: OperationProps) {
  const { summary, parameters = [], requestBody, responses } = described;
  const name = `${method.toUpperCase()} ${path}`;
  const mayTry = method === "get" && path.startsWith("/api/") && mayUse(c.get("caller")!, "GET", path);
  return (
    <details class="panel operation">
      <summary>
        <h2>
          <code>{name}</code>
        </h2>
        <span>{summary}</span>
      </summary>
      <p>Role: {describeWho(method, path)}.</p>
      <pre tabindex={0} aria-label={`Command for ${name}`}>
        <code>{commandOf(origin, method, path, described)}</code>
      </pre>
      {mayTry && (
        <form method="get" action={urlTo(c, path)} target="_blank" class="filter" data-skip-empty>
          {parameters.map(({ name: parameter, required, description, schema }) => (
            <label title={description}>
              {parameter}{" "}
              {schema.enum ? (
                <select name={parameter}>
                  {!required && <option value="" />}
                  {schema.enum.map((value) => (
                    <option>{value}</option>
                  ))}
                </select>
              ) : (
                <input name={parameter} required={required} autocomplete="off" />
              )}
            </label>
          ))}
          <button class="primary" aria-label={`Try it: ${name}`}>
            Try it
          </button>
        </form>
      )}
      {parameters.length > 0 && (
        <dl>
          {parameters.map(({ name: parameter, required, description, schema }) => (
            <>
              <dt>
                <code>{parameter}</code>
                {required && " (needed)"}
              </dt>
              <dd>
                {description}
                {schema.enum && ` ${schema.enum.join(", ")}`}
              </dd>
            </>
          ))}
        </dl>
      )}
      {requestBody && <Schemas title="Body" content={requestBody.content} name={name} />}
      {Object.entries(responses).map(([status, { description, content }]) =>
        status === "200" ? (
          <Schemas title="Answer" content={content} name={name} />
        ) : (
          <p>
            {status}: <code>{description}</code>
          </p>
        ),
      )}
    </details>
  );
}

function Schemas({
  title,
  content,
  name,
}: {
  title: string;
  content: Record<string, { schema: JsonSchema }>;
  name: string;
}) {
  return (
    <>
      {Object.entries(content).map(([type, { schema }]) => (
        <details>
          <summary>
            {title}: {type}
          </summary>
          <pre tabindex={0} aria-label={`${title} of ${name}, ${type}`}>
            <code>{JSON.stringify(schema, undefined, 2)}</code>
          </pre>
        </details>
      ))}
    </>
  );
}

/** The request as a command. */
function commandOf(origin: string, method: string, path: string, { parameters = [], requestBody }: Described): string {
  const needed = parameters.filter(({ required }) => required).map(({ name }) => `${name}=…`);
  const url = `${origin}${path}${needed.length > 0 ? `?${needed.join("&")}` : ""}`;
  const type = requestBody && Object.keys(requestBody.content)[0];
  const body = type === "text/csv" ? " --data-binary @statistics.csv" : type ? " -d '{ … }'" : "";
  return `curl -X ${method.toUpperCase()} -H "Authorization: Bearer $TOKEN"${body} "${url}"`;
}
