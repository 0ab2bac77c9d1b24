// The few globals beyond the language that browsers, Workers, Node, Deno and Bun all have and the protocol uses.

declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array };

declare function btoa(binary: string): string;

declare class URLSearchParams {
  constructor(init?: Record<string, string>);
  set(name: string, value: string): void;
  toString(): string;
}
