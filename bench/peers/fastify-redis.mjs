// What many would write first: Fastify, ioredis, HINCRBY. Started with the folder that has the packages, a port, and Redis's.
import { createRequire } from "node:module";

const [folder, port, redisPort] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const app = require("fastify")();
const Redis = require("ioredis");
const redis = new Redis(Number(redisPort), "127.0.0.1");

// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- This is not Express: Fastify awaits its handlers.
app.get("/track/", async (request) => {
  const pipeline = redis.pipeline();
  for (const label of request.query.labels.split("|")) pipeline.hincrby("counts", label, 1);
  const answers = await pipeline.exec();
  for (const [error] of answers) if (error) throw error;
  return "ok";
});

app.get("/total/", async () => {
  const counts = await redis.hvals("counts");
  return String(counts.reduce((sum, count) => sum + Number(count), 0));
});

await app.listen({ port: Number(port), host: "127.0.0.1" });
