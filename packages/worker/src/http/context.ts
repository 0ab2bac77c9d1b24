import type { Env } from "../env.ts";

/** What a request carries from guard to route. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    /** The one site whose statistics this reader may see; absent: all. */
    onlySite?: string;
    /** Whether only PUBLIC_STATS lets this reader in. */
    isPublic?: boolean;
    /** The hostname of the page that sends these pings. */
    sender: string | undefined;
    /** Whether who sends these pings has the token. */
    isTrusted: boolean;
  };
}
