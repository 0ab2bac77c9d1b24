import type { BasicState } from "./heatmap-state.ts";

/** Loads the second file after the first boxes are drawn. If that fails the boxes stay. */
export async function loadExtras(state: BasicState, withPanel: boolean): Promise<void> {
  const extras = await import("./extras/add-extras.ts").catch(() => undefined);
  extras?.addExtras(state, withPanel);
}
