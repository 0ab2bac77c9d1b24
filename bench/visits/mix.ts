import type { Model } from "./models.ts";
import { weightOf } from "./models.ts";

/** What visits of one model came to, together. */
export interface ModelResult {
  visits: number;
  pageViews: number;
  actions: number;
  requests: number;
  /** Of these, sent again although they had been counted. */
  again: number;
  /** The requests of each page view. */
  perView: number[];
  /** Actions that arrived later than anybody would look. */
  late: number;
  p50Ms: number;
  p95Ms: number;
  worstMs: number;
}

/** What a visit of the mix comes to. */
export interface Mix {
  pageViewsPerVisit: number;
  actionsPerVisit: number;
  requestsPerVisit: number;
  requestsPerPageView: number;
  /** Of page views. */
  medianRequests: number;
  requestsPerAction: number;
}

/** Each model counts as often as it comes. */
export function mixOf(models: Record<Model, ModelResult>): Mix {
  const perVisit = (field: "pageViews" | "actions" | "requests"): number =>
    (Object.entries(models) as [Model, ModelResult][]).reduce(
      (sum, [model, one]) => sum + (weightOf(model) * one[field]) / one.visits,
      0,
    );
  const [pageViewsPerVisit, actionsPerVisit, requestsPerVisit] = [
    perVisit("pageViews"),
    perVisit("actions"),
    perVisit("requests"),
  ];
  return {
    pageViewsPerVisit,
    actionsPerVisit,
    requestsPerVisit,
    requestsPerPageView: requestsPerVisit / pageViewsPerVisit,
    medianRequests: medianOf(models, pageViewsPerVisit),
    requestsPerAction: requestsPerVisit / actionsPerVisit,
  };
}

function medianOf(models: Record<Model, ModelResult>, pageViewsPerVisit: number): number {
  const views = (Object.entries(models) as [Model, ModelResult][]).flatMap(([model, { visits, perView }]) =>
    perView.map((requests) => ({ requests, weight: weightOf(model) / visits })),
  );
  let left = pageViewsPerVisit / 2;
  return views.toSorted((a, b) => a.requests - b.requests).find(({ weight }) => (left -= weight) <= 0)!.requests;
}
