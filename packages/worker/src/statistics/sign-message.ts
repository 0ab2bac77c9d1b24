/**
 * The headers of a message, as Standard Webhooks has them, so that its libraries verify them:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param secret The key; absent: no signature.
 * @param now Ms since epoch: a receiver can refuse what somebody recorded and sends again later.
 */
export async function signMessage(
  secret: Uint8Array<ArrayBuffer> | undefined,
  id: string,
  now: number,
  body: string,
): Promise<Record<string, string>> {
  const timestamp = `${Math.floor(now / 1000)}`;
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp };
  if (!secret) return headers;
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return { ...headers, "webhook-signature": `v1,${btoa(String.fromCharCode(...new Uint8Array(signed)))}` };
}
