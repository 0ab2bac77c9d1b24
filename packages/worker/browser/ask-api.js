/** Asks the API about the page's site; undefined where it does not answer. */
export async function askApi(path) {
  const site = new URLSearchParams(location.search).get("site");
  const answer = await fetch(`../api/${path}${site ? `&site=${encodeURIComponent(site)}` : ""}`).catch(() => undefined);
  return answer?.ok ? answer.json() : undefined;
}
