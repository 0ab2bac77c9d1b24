import { startScript } from "./track/start-script.ts";

// tracker.<hash>.js, for pages that check its integrity: all that counting takes is in it, because nothing checks what it would load.
startScript(() => import("./recovery/recovery.ts"));
