import type { Env } from "../env.ts";
import type { Caller } from "../model/access-token.ts";

/** What a request carries from guard to route. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    /** Who asks, where the route is not for everybody. */
    caller?: Caller;
    /** Whether only PUBLIC_STATS lets this reader in. */
    isPublic?: boolean;
    /** The hostname of the page that sends these pings. */
    sender: string | undefined;
    /** Whether who sends these pings has the token. */
    isTrusted: boolean;
  };
}
