// Light, dark, or as the system is; and the colours of the tokens for what is drawn on canvas.

import { createStore } from "./store.js";

const KEPT = "xuncha.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** choice is light, dark or "" for the system's; dark is what is shown. */
export const theme = createStore({ choice: localStorage.getItem(KEPT) ?? "", dark: false });

function apply() {
  const { choice } = theme.get();
  if (choice) document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
  theme.set({ dark: choice ? choice === "dark" : system.matches });
}

/** @param {string} choice light, dark or "" */
export function chooseTheme(choice) {
  if (choice) localStorage.setItem(KEPT, choice);
  else localStorage.removeItem(KEPT);
  theme.set({ choice });
  apply();
}

system.addEventListener("change", apply);
apply();

/** A token's value as it is now. @param {string} name without the dashes */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

/** Whether the reader wants things to stand still. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
