import { addDays } from "@tracker/sdk/protocol";

/** The day, in UTC, on which a file of tests began. */
export const TODAY = new Date().toISOString().slice(0, 10);

export const ago = (days: number): string => addDays(TODAY, -days);
