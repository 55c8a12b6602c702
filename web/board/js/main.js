// The start: words, theme, who is signed in, then the screen.

import { html, render } from "preact";
import { refresh, session } from "./api.js";
import { App } from "./app.js";
import "./cases.js";
import "./desk/views.js";
import { connect } from "./stream.js";
import "./theme.js";
import { loadWords } from "./words.js";

const DAY = 86_400_000; // ms

/** Keeps the token fresh; one that is of no use any more is noticed at the first request. */
function keepFresh() {
  if (session.get().token) refresh().catch(() => {});
  setTimeout(keepFresh, DAY);
}

await loadWords();
render(html`<${App} />`, /** @type {Element} */ (document.getElementById("board")));
connect();
keepFresh();
