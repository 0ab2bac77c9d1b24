import { make } from "../../shadow.ts";

/** Makes an input as the last element of its parent, and calls `onInput` when people change it. */
export function makeInput(
  parent: HTMLElement,
  properties: Partial<HTMLInputElement>,
  onInput?: () => void,
): HTMLInputElement {
  const input = make(parent, "input") as HTMLInputElement;
  Object.assign(input, properties);
  if (onInput) input.addEventListener("input", onInput);
  return input;
}

/** Makes an input with its text beside it, which can be clicked too. */
export function makeLabelled(
  parent: HTMLElement,
  text: string,
  properties: Partial<HTMLInputElement>,
  onInput?: () => void,
): HTMLInputElement {
  const label = make(parent, "label");
  const input = makeInput(label, properties, onInput);
  label.append(text);
  return input;
}

export function makeButton(parent: HTMLElement, text: string, name: string, onClick: () => void): HTMLElement {
  const button = make(parent, "button", text);
  button.ariaLabel = name;
  button.addEventListener("click", onClick);
  return button;
}
