/** What this Worker uses of the tracker's `TrackerService`. */
interface Tracker {
  incrLabels(labels: string): Promise<{ accepted: number }>;
}

export default {
  async fetch(request: Request, env: { TRACKER: Tracker }): Promise<Response> {
    if (new URL(request.url).pathname != "/order") return new Response("POST /order\n");
    const { accepted } = await env.TRACKER.incrLabels("order:shop|visit");
    return new Response(`counted ${accepted}\n`);
  },
};
