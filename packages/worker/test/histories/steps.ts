import fc from "fast-check";

/** What can happen to a tracker. */
export type Step =
  | { do: "ping"; label: string; page: string | undefined; ageHours: number; fate: Fate; settings: Settings }
  /** Sends an earlier batch again, perhaps days later, perhaps with another `at` of its day: a page corrects its clock. */
  | { do: "retry"; which: number; settings: Settings; shiftHours: number }
  /** All objects lose what they have in memory. */
  | { do: "evict" }
  /** Moves tails to D1; what is `during` it happens when the tails are read and D1 is about to be written. */
  | { do: "flush"; fault: FlushFault; during: Step[] }
  /** Reads, and something happens each time that D1 has answered. */
  | { do: "read"; during: Step[] }
  /** As the cron does hourly; or each day there is, also those that still count, of which it may make no sums. */
  | { do: "sum up"; which: "closed days" | "all days" }
  /** Of one day, whether it still counts or not. */
  | { do: "delete"; daysAgo: number; what: "all" | "a" }
  /** D1 goes back to where it was at the last of these, if nothing was closed or deleted since. */
  | { do: "restore" }
  | { do: "wait"; hours: number }
  /** The tables that the objects announce themselves in are away, or back. */
  | { do: "database"; isUp: boolean }
  | { do: "alarms" };

export type Fate = "answered" | "answer lost" | "request lost" | "sent twice at once";
/** Which of two deployed versions takes the request. They do not agree on the number of shards. */
export type Settings = "older" | "newer";
export type FlushFault =
  | "none"
  | "fails before commit"
  | "answer lost after commit"
  | "twice at once"
  | "an object is silent";

const simple = [
  fc.record({
    do: fc.constant("ping" as const),
    label: fc.constantFrom("a", "b", "c"),
    page: fc.constantFrom(undefined, "/", "/b"),
    ageHours: fc.oneof(fc.constant(0), fc.constantFrom(-0.08, 1, 13, 30, 47.9, 49)),
    fate: fc.constantFrom<Fate>("answered", "answer lost", "request lost", "sent twice at once"),
    settings: fc.constantFrom<Settings>("older", "newer"),
  }),
  fc.record({
    do: fc.constant("retry" as const),
    which: fc.nat({ max: 20 }),
    settings: fc.constantFrom<Settings>("older", "newer"),
    shiftHours: fc.oneof(fc.constant(0), fc.constantFrom(-20, -1, 1, 20)),
  }),
  fc.record({ do: fc.constant("evict" as const) }),
  fc.record({ do: fc.constant("alarms" as const) }),
];

const flush = fc.record({
  do: fc.constant("flush" as const),
  fault: fc.constantFrom<FlushFault>(
    "none",
    "fails before commit",
    "answer lost after commit",
    "twice at once",
    "an object is silent",
  ),
  during: fc.array(
    fc.oneof(
      ...simple,
      fc.constant<Step>({ do: "flush", fault: "none", during: [] }),
      fc.constant<Step>({ do: "wait", hours: 60 }),
    ),
    { maxLength: 2 },
  ),
});

const read = fc.record({
  do: fc.constant("read" as const),
  during: fc.array(
    fc.constantFrom<Step>({ do: "flush", fault: "none", during: [] }, { do: "wait", hours: 60 }, { do: "alarms" }),
    { minLength: 1, maxLength: 3 },
  ),
});

const others = [
  fc.record({
    do: fc.constant("sum up" as const),
    which: fc.constantFrom("closed days" as const, "all days" as const),
  }),
  fc.record({
    do: fc.constant("delete" as const),
    daysAgo: fc.constantFrom(0, 1, 2, 3, 4),
    what: fc.constantFrom("all" as const, "a" as const),
  }),
  fc.record({ do: fc.constant("restore" as const) }),
  fc.record({ do: fc.constant("restore" as const) }),
];

/** The steps of a random history. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    ...simple.map((arbitrary) => ({ arbitrary, weight: 2 })),
    { arbitrary: simple[0]!, weight: 4 },
    { arbitrary: simple[1]!, weight: 2 },
    { arbitrary: flush, weight: 4 },
    { arbitrary: read, weight: 2 },
    ...others.map((arbitrary) => ({ arbitrary, weight: 1 })),
    {
      arbitrary: fc.record({ do: fc.constant("wait" as const), hours: fc.constantFrom(1, 11, 24, 47, 60) }),
      weight: 2,
    },
    { arbitrary: fc.record({ do: fc.constant("database" as const), isUp: fc.boolean() }), weight: 1 },
  ),
  { minLength: 5, maxLength: 30 },
);
