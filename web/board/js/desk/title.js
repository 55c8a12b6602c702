// The heading of what is decided about: after a decision it takes the focus, so that a reader
// hears what is next.

import { html, useEffect, useRef } from "preact";

/** The heading of what is shown; @param {{children: any}} props */
export function Title({ children }) {
  const h = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (wanted) h.current?.focus({ preventScroll: true });
    wanted = false;
  }, [children]);
  return html`<h2 tabindex="-1" ref=${h}>${children}</h2>`;
}

let wanted = false;

/** The next heading that appears takes the focus. */
export const focusNext = () => void (wanted = true);
