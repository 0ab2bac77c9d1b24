/** Words for what became true: JSON that Slack, and what takes its messages, shows by `text`, with the facts as fields beside it. */
import type { Day } from "@tracker/sdk/protocol";
import { PROBLEMS } from "./problems.ts";
import type { Crossing, Rule } from "./rules.ts";

/** A label, or a week of all, beside the time before. */
export interface Compared {
  label: string;
  count: number;
  before: number;
}

/** What is read for a message beside what became true. */
export interface Facts {
  /** Of a label that went quiet: the element that it was counted on last, and the page, where there is one. */
  element?: string | undefined;
  page?: string | undefined;
  /** Of a week: all labels together, and those that changed. */
  total?: Compared | undefined;
  changes?: readonly Compared[] | undefined;
}

export type MessageBody = { id: string; type: string; text: string; link: string } & Record<string, unknown>;

const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });
const NUMBER = new Intl.NumberFormat("en");

/** The message for what became true. The same call gives the same message. */
export function writeMessage(id: string, rule: Rule, crossing: Crossing, facts: Facts = {}): MessageBody {
  const where = rule.site ? ` on ${rule.site}` : "";
  const body = { id, type: crossing.kind, rule: rule.id, ...(rule.site && { site: rule.site }) };
  switch (crossing.kind) {
    case "gone_quiet": {
      const { label, since, lastDay } = crossing;
      const heatMap = heatMapOf(rule, facts);
      const element =
        facts.element === undefined ? "" : ` Its element: ${facts.element}${facts.page ? ` on ${facts.page}` : ""}.`;
      const text = `${nameOf(label)}${where} has gone quiet: nothing for ${rule.number} hours.${element}`;
      return {
        ...body,
        text: withLink(text, heatMap ?? labelLink(rule, label)),
        link: labelLink(rule, label),
        label,
        quiet_since: new Date(since).toISOString(),
        last_day: lastDay,
        ...(heatMap && { heat_map: heatMap }),
        ...(facts.element && { element: facts.element }),
        ...(facts.page && { page: facts.page }),
      };
    }
    case "reaches": {
      const { label, day, count } = crossing;
      const link = labelLink(rule, label);
      const text = `${nameOf(label)}${where} has reached ${NUMBER.format(rule.number)} on ${day}: ${NUMBER.format(count)} so far.`;
      return { ...body, text: withLink(text, link), link, label, day, count };
    }
    case "changes": {
      const { label, day, count, before } = crossing;
      const link = labelLink(rule, label);
      const text = `${nameOf(label)}${where}: ${describeChange({ label, count, before })} on ${day}, compared with the same day a week before.`;
      return { ...body, text: withLink(text, link), link, label, day, count, before };
    }
    case "unhealthy": {
      const { problem } = crossing;
      const link = `${rule.home}health`;
      const text = `Tracker is not well: ${PROBLEMS[problem]}.`;
      return { ...body, text: withLink(text, link), link, problem };
    }
    case "digest":
      return { ...body, ...writeDigest(rule, crossing, facts) };
  }
}

function writeDigest(rule: Rule, { from, to }: { from: Day; to: Day }, { total, changes = [] }: Facts) {
  const link = linkTo(rule, "", { from, to });
  const lines = [
    `The week from ${from} to ${to}${rule.site ? ` on ${rule.site}` : ""}: ${total ? describeChange(total) : "nothing counted"}.`,
    ...changes.map((change) => `• ${nameOf(change.label)}: ${describeChange(change)}`),
  ];
  return { text: withLink(lines.join("\n"), link), link, from, to, ...(total && { total }), changes };
}

/** `1,234 (+12%, 1,100 before)` */
function describeChange({ count, before }: Compared): string {
  if (before === 0) return `${NUMBER.format(count)} (none before)`;
  return `${NUMBER.format(count)} (${PERCENT.format(count / before - 1)}, ${NUMBER.format(before)} before)`;
}

function nameOf(label: string): string {
  return label === "" ? "All labels together" : `“${label}”`;
}

/** Slack reads `<…>` as links and mentions, and anybody may send a label: https://docs.slack.dev/messaging/formatting-message-text */
function withLink(text: string, link: string): string {
  return `${text}\n${link}`.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function labelLink(rule: Rule, label: string): string {
  return label === "" ? linkTo(rule, "", {}) : linkTo(rule, "label", { label });
}

/** Where one opens the heat map of the page that it was counted on. A site without a name has no address. */
function heatMapOf(rule: Rule, { page, element }: Facts): string | undefined {
  if (element === undefined) return undefined;
  return linkTo(rule, "heatmaps", rule.site ? { url: rule.site + (page ?? "/") } : {});
}

function linkTo({ home, site }: Rule, page: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams({ ...parameters, ...(site && { site }) }).toString();
  return `${home}${page}${query && `?${query}`}`;
}
