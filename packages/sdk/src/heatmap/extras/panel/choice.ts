import { make } from "../../shadow.ts";
import { makeLabelled } from "./controls.ts";

/** Some names of which one is chosen. */
export interface Choice<Key extends string> {
  value: Key;
  /** The whole of it, to hide what cannot be chosen. */
  field: HTMLElement;
}

/** Makes radio buttons that look like one bar. */
export function makeChoice<Key extends string>(
  parent: HTMLElement,
  name: string,
  options: Record<Key, string>,
  value: Key,
  onChange: (value: Key) => void,
): Choice<Key> {
  const field = make(parent, "fieldset");
  field.ariaLabel = name;
  const keys = Object.keys(options) as Key[];
  const radios = keys.map((key) =>
    makeLabelled(field, options[key], { type: "radio", name, value: key, checked: key === value }, () => onChange(key)),
  );
  return {
    field,
    get value() {
      return keys[radios.findIndex(({ checked }) => checked)]!;
    },
    set value(key) {
      for (const radio of radios) radio.checked = radio.value === key;
    },
  };
}
