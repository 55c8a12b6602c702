// The board as a whole: signed out, or the head and a view under it, and what lies over all.

import { Component, html } from "preact";
import { session } from "./api.js";
import { Header } from "./header.js";
import { KeysSheet } from "./help.js";
import { keys, useKey } from "./keys.js";
import { LogIn, LogInAgain } from "./login.js";
import { Messages, Quiet } from "./parts.js";
import { route } from "./router.js";
import { useStore } from "./store.js";
import { connect, line, tell } from "./stream.js";
import { language, t } from "./words.js";
import { viewOf } from "./views.js";

/** The line to the server is broken: what is shown may be old. */
function LineBanner() {
  const { state } = useStore(line, (l) => l);
  return html`<div class="banner-space" role="status" aria-live="polite">
    ${state === "lost" && html`<div class="banner"><span>${t("line_lost")}</span>
      <button type="button" class="plain" onClick=${connect}>${t("line_now")}</button></div>`}
  </div>`;
}

/** A view that breaks leaves the rest of the board in place. */
class Guard extends Component {
  componentDidCatch(/** @type {unknown} */ err) {
    console.error(err);
    this.setState({ broken: true });
  }
  render() {
    if (!this.state.broken) return this.props.children;
    return html`<${Quiet} wrong again=${() => this.setState({ broken: false })}>${t("broken")}</${Quiet}>`;
  }
}

function Shell() {
  const view = useStore(route, (r) => r.view);
  const help = useStore(keys, (k) => k.help);
  useKey("help", () => keys.set({ help: true }));
  useKey("refresh", () => tell("again"));
  const View = viewOf(view);
  return html`<a class="skip" href="#main">${t("skip")}</a>
    <${Header} />
    <${LineBanner} />
    <main id="main" tabindex="-1"><${Guard} key=${view}>${View ? html`<${View} />` : html`<${Quiet}>${t("no_view")} <a href="/board/">${t("to_list")}</a></${Quiet}>`}</${Guard}></main>
    ${help && html`<${KeysSheet} />`}`;
}

export function App() {
  const { user, expired } = useStore(session, (s) => s);
  useStore(language, (l) => l.code);
  return html`${user ? html`<${Shell} />` : html`<${LogIn} />`}
    ${user && expired && html`<${LogInAgain} />`}
    <${Messages} />`;
}
