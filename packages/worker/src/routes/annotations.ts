import type { Context } from "hono";
import type * as v from "valibot";
import { deleteAnnotation, listAnnotations } from "../d1/annotations.ts";
import type { AppEnv } from "../http/context.ts";
import { readSelection } from "../http/parameters.ts";
import { readJson } from "../http/read-json.ts";
import { storeAnnotation } from "../http/read-annotation.ts";
import type { AnnotationAnswer, AnnotationsAnswer, DeletedAnswer } from "./answers.ts";
import type { AnnotationsQuery } from "./queries.ts";

/** `GET /api/annotations`: what happened on some days, the latest first. */
export async function getAnnotations(
  c: Context<AppEnv>,
  query: v.InferOutput<typeof AnnotationsQuery>,
): Promise<Response> {
  const { subject } = readSelection(c, query);
  const annotations = await listAnnotations(c.env.DB, subject);
  return c.json({ from: subject.from, to: subject.to, annotations } satisfies v.InferOutput<typeof AnnotationsAnswer>);
}

/** `POST /api/annotations`: adds one; a deploy script may send it again, and there is still one. */
export async function postAnnotation(c: Context<AppEnv>): Promise<Response> {
  return c.json((await storeAnnotation(c, await readJson(c))) satisfies v.InferOutput<typeof AnnotationAnswer>);
}

/** `DELETE /api/annotations?id=…` */
export async function removeAnnotation(c: Context<AppEnv>, id: number): Promise<Response> {
  const deleted = await deleteAnnotation(c.env.DB, id);
  return c.json({ deleted } satisfies v.InferOutput<typeof DeletedAnswer>);
}
