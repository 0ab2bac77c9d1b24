import { loadClient } from "./client.ts";
import { runHistory, type Tally } from "./history.ts";

/** What came of many histories. */
export interface SimulationFigures {
  histories: number;
  pings: number;
  /** How often each step happened. */
  steps: Tally;
  /** How often what the documents name came true, in pings. */
  named: Tally;
  /** What was wrong, with the seed that shows it again. */
  wrong: { seed: number; what: string[] }[];
}

/** Runs the histories of these seeds, one after the other. */
export async function simulate(firstSeed: number, histories: number): Promise<SimulationFigures> {
  const load = loadClient();
  const figures: SimulationFigures = { histories, pings: 0, steps: {}, named: {}, wrong: [] };
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const { pings, named, wrong } = await runHistory(seed, load, figures.steps);
    figures.pings += pings;
    for (const [reason, count] of Object.entries(named)) figures.named[reason] = (figures.named[reason] ?? 0) + count;
    if (wrong.length > 0) figures.wrong.push({ seed, what: wrong });
  }
  return figures;
}
