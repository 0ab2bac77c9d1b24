import { startScript } from "./track/start-script.ts";

// tracker.js. What only an unlucky page needs is a file beside it, named by its content: it fits this one.
startScript((folder) => import(`${folder}${RECOVERY_FILE}`));

declare const RECOVERY_FILE: string;
