import { once } from "node:events";

const ANSWER_WITHIN_MS = 30_000;

/** Bytes that the Worker's isolate holds after a garbage collection, with its array buffers: asked over workerd's inspector. */
export async function heapBytesOf({ url, inspector }: { url: string; inspector: string }): Promise<number> {
  const socket = new WebSocket(`${inspector}/core:user:tracker`);
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  await once(socket, "open", { signal });
  let calls = 0;
  const call = (method: string): Promise<Record<string, number>> => {
    const id = ++calls;
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, number>>();
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const answer = JSON.parse(data) as { id?: number; result: Record<string, number> };
      if (answer.id === id) resolve(answer.result);
    });
    signal.addEventListener("abort", () => reject(new Error(`the inspector did not answer ${method}`)));
    socket.send(JSON.stringify({ id, method }));
    return promise;
  };
  // An idle isolate keeps its answer until it is called, and an idle object is evicted after ten seconds: this calls both.
  const poke = setInterval(() => {
    fetch(`${url}/healthz`)
      .then((answer) => answer.arrayBuffer())
      .catch(() => {});
  }, 200);
  await call("Runtime.enable");
  await call("HeapProfiler.enable");
  await call("HeapProfiler.collectGarbage");
  const { usedSize = 0, backingStorageSize = 0 } = await call("Runtime.getHeapUsage");
  clearInterval(poke);
  socket.close();
  // One debugger at a time.
  await once(socket, "close", { signal });
  return usedSize + backingStorageSize;
}
