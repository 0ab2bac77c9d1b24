import { createRemoteJWKSet, jwtVerify } from "jose";
import type { Config } from "../../config/config.ts";

// One per team: jose keeps the fetched keys and asks again when a key is new or old.
const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

/**
 * Whether a `Cf-Access-Jwt-Assertion` says that Cloudflare Access let this request through to this application.
 * https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
 */
export async function isCloudflareAccessUser({ access }: Config, assertion: string | undefined): Promise<boolean> {
  if (!access || !assertion) return false;
  const issuer = `https://${access.teamDomain}`;
  let keys = keySets.get(issuer);
  if (!keys) keySets.set(issuer, (keys = createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`))));
  try {
    await jwtVerify(assertion, keys, {
      algorithms: ["RS256"],
      issuer,
      audience: access.audience,
      requiredClaims: ["exp"],
    });
    return true;
  } catch {
    return false;
  }
}
