/**
 * Raw workerd has no D1. This answers D1's protocol with "done, no rows", which is all that counting needs of it: a DayCounter
 * announces itself there before its first answer.
 */
export default {
  async fetch(request: Request): Promise<Response> {
    const queries = await request.json();
    const done = { success: true, results: [], meta: { duration: 0, changes: 0, rows_read: 0, rows_written: 0 } };
    return Response.json(Array.isArray(queries) ? queries.map(() => done) : done);
  },
};
